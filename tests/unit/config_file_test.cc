// The example that the package installs, and the manual's.
#include <fcntl.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "tests/unit/config_test.h"

namespace overlayd::test {
namespace {

const std::string source_directory = OVERLAYD_SOURCE_DIR;

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    std::string name = testing::TempDir() + "services.toml.XXXXXX";
    const Fd fd(mkostemp(name.data(), O_CLOEXEC));
    write_all(fd.get(), content);
    path_ = name;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  TemporaryFile(TemporaryFile&&) = delete;
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(ParseFile, ReadsAFile) {
  const TemporaryFile file(service_with(""));
  const auto result = parse_file(file.path(), this_machine());
  ASSERT_TRUE(result.config) << render(result.diagnostics);
  EXPECT_EQ(result.config->services.size(), 1U);
}

TEST(ParseFile, RefusesWhatIsTooLarge) {
  const TemporaryFile file(std::string(5 << 20, '\n'));
  const auto result = parse_file(file.path(), this_machine());
  ASSERT_EQ(result.diagnostics.size(), 1U);
  EXPECT_NE(result.diagnostics[0].text().find("larger than"), std::string::npos);
}

TEST(ParseFile, RefusesADirectory) {
  const auto result = parse_file(testing::TempDir(), this_machine());
  EXPECT_EQ(result.diagnostics.size(), 1U);
}

TEST(InstalledExample, DoesNothingAsItIs) {
  const auto result = parse_file(source_directory + "/debian/services.toml", this_machine());
  ASSERT_TRUE(result.config) << render(result.diagnostics);
  EXPECT_EQ(*result.config, *parse("services = []").config);
}

// As it says itself: "services = []" is to be taken out, lines with a '#' and no space are
// examples.
std::string uncommented(const std::string& line) {
  if (line == "services = []") return "";
  if (!line.starts_with('#') || line.size() == 1) return line;
  return line[1] != ' ' ? line.substr(1) : line;
}

TEST(InstalledExample, IsValidWhenUncommented) {
  std::string text;
  for (const auto& line : split(read_file(source_directory + "/debian/services.toml"), '\n'))
    text += uncommented(line) + "\n";
  const auto result = parse(text);
  ASSERT_TRUE(result.config) << render(result.diagnostics);
  EXPECT_EQ(result.config->services.size(), 2U);
  EXPECT_EQ(result.config->upstreams.size(), 2U);
  EXPECT_EQ(result.config->services.at(0).overlays.size(), 2U);
}

TEST(Manual, ItsExamplesWorkTogether) {
  std::string text;
  bool inside = false;
  for (const auto& line : split(read_file(source_directory + "/docs/services.toml.5"), '\n')) {
    inside = (inside || line.starts_with("[[")) && line != ".Ed";
    if (inside) text += line + "\n";
  }
  const auto result = parse(text);
  ASSERT_TRUE(result.config) << render(result.diagnostics);
  EXPECT_EQ(result.config->services.size(), 1U) << text;
  EXPECT_EQ(result.services_for_others.size(), 1U) << text;
}

}  // namespace
}  // namespace overlayd::test
