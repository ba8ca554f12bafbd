// Files that were made to do harm: each ends as a message, in little time and stack.
#include "tests/unit/config_test.h"

namespace overlayd::test {
namespace {

std::string repeat(const std::string& text, size_t count) {
  std::string result;
  for (size_t i = 0; i < count; i++) result += text;
  return result;
}

TEST(Hostile, TenMegabytesAreRefused) {
  const auto result = parse(std::string(10 << 20, '#'));
  EXPECT_EQ(render(result.diagnostics), "services.toml: the file is larger than 4 MiB\n");
}

TEST(Hostile, DepthIsRefused) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[" + repeat("a.", 20000) + "a]\n", "1:67: nested too deeply"},
      {repeat("a .\"b\". ", 1000) + "a = 1\n", "1:131: nested too deeply"},
      {"a = " + repeat("[", 20000) + "\n", "1:37: nested too deeply"},
      {"a = [\n" + repeat("[\n", 1000) + "\n", "33:1: nested too deeply"},
      {"a = " + repeat("{a=", 1000) + "\n", "1:101: nested too deeply"},
      // what looks like the end of a string is not always one
      {R"(a = ["""x"""", )" + repeat("[", 100) + "\n", "1:47: nested too deeply"},
      {R"(a = ["\"", )" + repeat("[", 100) + "\n", "1:43: nested too deeply"},
      {R"(a = ['\', )" + repeat("[", 100) + "\n", "1:42: nested too deeply"},
  };
  for (const auto& [text, expected] : cases)
    EXPECT_EQ(problems(text), Problems{expected}) << text.substr(0, 60);
}

TEST(Hostile, DepthInStringsAndCommentsIsNoDepth) {
  const std::string brackets = repeat("[{.", 100);
  for (const auto& text :
       {"zebra = 1 # " + brackets + "\n", "zebra = '" + brackets + "'\n",
        R"(zebra = "\")" + brackets + "\"\n", "zebra = '''\n'" + brackets + "\n'''\n",
        "zebra = \"\"\"\n\"" + brackets + "\n\"\"\"\n"}) {
    EXPECT_EQ(problems(text), Problems{"1:1: unknown key 'zebra' in the file"});
  }
}

TEST(Hostile, ALongLineIsRefused) {
  EXPECT_EQ(problems("\n# " + std::string(70000, 'x')), Problems{"2:1: this line is too long"});
  EXPECT_EQ(problems("services = [] # " + std::string(60000, 'x')), Problems{});
}

TEST(Hostile, WhatIsNotTomlIsToldWithItsPlace) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a = [1, 2\n[global]\n", "2:"},
      {"[global\n", "1:"},
      {"a = 1\na = 2\n", "2:"},
      {"[global]\nbranch = main\n", "2:10: not valid TOML"},
      {"[[services]]\numask = 0027\n", "2:"},
      {std::string("a = 'x\0y'\n", 10), "1:7: not valid TOML"},
      {std::string("# \0\n", 4), "1:"},
      {std::string("\0", 1), "1:1: not valid TOML"},
      {"a = '\xff'\n", "1:5: not valid TOML"},
      {"\xff\xfe[\0", "1:1: not valid TOML"},
      {"a = \"\\u0000", "1:"},
  };
  for (const auto& [text, expected] : cases) {
    const auto found = problems(text);
    ASSERT_EQ(found.size(), 1U) << text;
    EXPECT_TRUE(found[0].starts_with(expected)) << found[0];
    EXPECT_NE(found[0].find("not valid TOML"), std::string::npos) << found[0];
  }
}

TEST(Hostile, EscapedControlCharactersReachNoTerminal) {
  const auto result = parse(service_with("branch = \"a\\u001b[31m\\u202eb\"\n\"k\\u0000\\n\" = 1"));
  EXPECT_EQ(result.diagnostics.size(), 2U);
  for (const char c : render(result.diagnostics)) EXPECT_TRUE(c == '\n' || c >= ' ' || c < 0);
}

TEST(Hostile, ANulInAValueIsRefused) {
  for (const std::string line :
       {R"(branch = "a\u0000b")", R"(user = "root\u0000")", R"(mount = "/srv/x\u0000")",
        R"(package = "nginx\u0000")", R"(name = "a\u0000")", R"(machine = "graf*\u0000")",
        R"(machine = "192.0.2.7\u0000")"})
    EXPECT_EQ(problems(service_with(line)).size(), 1U) << line;
  EXPECT_EQ(problems("[global]\nupstream = \"https://a/\\u0000\"\n").size(), 1U);
}

TEST(Hostile, ThousandsOfMistakesAreCutShort) {
  std::string text;
  for (int i = 0; i < 50000; i++) text += "zebra" + std::to_string(i) + " = 1\n";
  const auto found = problems(text);
  ASSERT_EQ(found.size(), 1001U);
  EXPECT_EQ(found.back(), "50001:1: too much is wrong with this file: the rest is not shown");
}

TEST(Hostile, MoreOverlaysThanOneMessageHoldsAreRefused) {
  const auto with_overlays = [](size_t count, size_t length) {
    std::string text =
        "[[services]]\nupstream = 'https://example.org/r'\nservice = 'web'\ndirs = [\n";
    for (size_t i = 0; i < count; i++)
      text +=
          fmt::format("{{ local = '/etc/web/{0}', link = '{1}{0}' }},\n", i, repeat("a", length));
    return problems(text + "]\n");
  };
  EXPECT_EQ(with_overlays(500, 90), Problems{});
  EXPECT_EQ(with_overlays(500, 200),
            Problems{"1:1: this service has 500 overlays, which is more than fits into one round: "
                     "spread them over several services"});
}

TEST(Hostile, ManyServicesTakeLittleTime) {
  std::string text = "[global]\nupstream = '/r'\n";
  for (int i = 0; i < 5000; i++) {
    text += fmt::format(
        "[[services]]\nservice = 's{0}'\ndirs = [{{ local = '/etc/a/{0}', link = '{0}' }}]\n", i);
  }
  const auto start = std::chrono::steady_clock::now();
  const auto result = parse(text);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  ASSERT_TRUE(result.config);
  EXPECT_EQ(result.config->services.size(), 5000U);
}

}  // namespace
}  // namespace overlayd::test
