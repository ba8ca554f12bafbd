// A directory of its own for one test, removed with everything in it.
#pragma once

#include <string>

namespace overlayd::test {

class TempDir {
 public:
  // Below /var/lib, mode 755: what runs as another user, or where /tmp is empty, has to get at it.
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  // The path of `name` in it.
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  // Makes the directory `name`, with its parents, and returns its path.
  std::string dir(const std::string& name) const;
  // Writes the file `name` and returns its path; makes its directory if need be.
  std::string file(const std::string& name, const std::string& content) const;

 private:
  std::string path_;
};

}  // namespace overlayd::test
