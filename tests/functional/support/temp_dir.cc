#include "tests/functional/support/temp_dir.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"

namespace overlayd::test {

TempDir::TempDir() : path_("/var/lib/overlayd-test.XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) fail_with_errno("cannot make a temporary directory");
  check(chmod(path_.c_str(), 0755), "cannot open up {}", path_);
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDir::dir(const std::string& name) const {
  std::filesystem::create_directories(path_ + "/" + name);
  return path_ + "/" + name;
}

std::string TempDir::file(const std::string& name, const std::string& content) const {
  const std::filesystem::path path = path_ + "/" + name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

}  // namespace overlayd::test
