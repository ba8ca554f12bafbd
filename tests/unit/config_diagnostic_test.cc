#include "config/diagnostic.h"

#include "config/characters.h"
#include "config/excerpt.h"
#include "tests/unit/config_test.h"

namespace overlayd::test {
namespace {

TEST(Diagnostics, AreRenderedAsCompilersDo) {
  const auto result = parse("[global]\n\tbranhc = 'x'\nmount = '/etc'\n");
  EXPECT_EQ(render(result.diagnostics),
            "services.toml:2:2: unknown key 'branhc' in [global] (did you mean 'branch'?)\n"
            "    2 |  branhc = 'x'\n"
            "      |  ^\n"
            "services.toml:3:9: '/etc' belongs to the system: name a directory or file inside it\n"
            "    3 | mount = '/etc'\n"
            "      |         ^\n");
  EXPECT_EQ(render({}), "");
}

TEST(Diagnostics, HaveTheirPartsApart) {
  const auto result = parse("[globla]\n");
  ASSERT_EQ(result.diagnostics.size(), 1U);
  const auto& diagnostic = result.diagnostics[0];
  EXPECT_EQ(diagnostic.file, "services.toml");
  EXPECT_EQ(diagnostic.line, 1);
  EXPECT_EQ(diagnostic.column, 2);
  EXPECT_EQ(diagnostic.message, "unknown key 'globla' in the file");
  EXPECT_EQ(diagnostic.suggestion, "global");
  EXPECT_EQ(diagnostic.source, "[globla]");
  EXPECT_EQ(diagnostic.caret, 1U);
}

TEST(Diagnostics, AreInTheOrderOfTheFile) {
  // uniqueness is looked at last, unknown tables later than what is in the known ones
  const auto found = problems("[zebra]\n" + service_with("machien = 'x'") + service_with("") +
                              "\n[web]\nlisten = 'x'\n");
  const std::string name_twice =
      "9:11: there is a service 'web' already, in line 4: give this one another 'name'";
  const std::string not_an_address =
      "14:10: 'x' is not an IPv4 address or [IPv6 address] and a port, such as '127.0.0.1:9836' or "
      "'[::1]:9836'";
  EXPECT_EQ(
      found,
      (Problems{"1:2: unknown key 'zebra' in the file",
                "6:1: unknown key 'machien' in [[services]] (did you mean 'machine'?)", name_twice,
                "10:19: '/etc/web' is already claimed (service 'web', line 5)", not_an_address}));
}

TEST(Diagnostics, OfAFileThatCannotBeReadNameItOnce) {
  const auto result = parse_file("/nonexistent/services.toml", this_machine());
  EXPECT_FALSE(result.config);
  EXPECT_EQ(render(result.diagnostics),
            "cannot read /nonexistent/services.toml: No such file or directory\n");
}

TEST(Excerpt, CountsCharactersNotBytes) {
  const auto shown = excerpt("name = 'é' # ü", 12);
  EXPECT_EQ(shown.text, "name = 'é' # ü");
  EXPECT_EQ(shown.caret, 11U);
}

TEST(Excerpt, CutsLongLinesAroundTheCaret) {
  const std::string line = std::string(200, 'a') + "X" + std::string(200, 'b');
  const auto shown = excerpt(line, 201);
  EXPECT_EQ(shown.text, "…" + std::string(80, 'a') + "X" + std::string(79, 'b') + "…");
  EXPECT_EQ(shown.caret, 81U);
}

TEST(Excerpt, BearsAColumnBeyondTheLine) {
  EXPECT_EQ(excerpt("abc", 100).caret, 3U);
  EXPECT_EQ(excerpt("", 0).caret, 0U);
  EXPECT_EQ(excerpt("", 0).text, "");
}

TEST(Excerpt, IsHarmless) { EXPECT_EQ(excerpt("a\x1b[31mb\xff\tc", 1).text, "a?[31mb? c"); }

TEST(Excerpt, MovesTheCaretWithWhatIsHidden) {
  const std::string line = "u = 'https://me:secret@h/r', x = 1";
  const auto after = excerpt(line, 30);
  EXPECT_EQ(after.text, "u = 'https://***@h/r', x = 1");
  EXPECT_EQ(after.text.substr(after.caret), line.substr(29));
  EXPECT_EQ(excerpt(line, 18).caret, 13U);
  EXPECT_EQ(excerpt(line, 5).caret, 4U);
}

TEST(Credentials, AreHidden) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"https://me:secret@host/r", "https://***@host/r"},
      {"https://secret@host/r", "https://***@host/r"},
      {"'https://me:sec'ret@host/r'", "'https://***@host/r'"},
      {"https://me:se/cr@et@host/r", "https://***@host/r"},
      {"https://me:secret", "https://me:***"},
      {"x = 'https://me:sec ret", "x = 'https://me:***"},
      {"ssh://me:secret@host/r", "ssh://***@host/r"},
      {"'me:secret@host:r'", "'me:***@host:r'"},
      {"x = 'https:/me:secret@host/r'", "x = 'https:***@host/r'"},
      {"x = 'https:/me:secret", "x = 'https:***"},
      {"'token_file' is for https upstreams only", "'token_file' is for https upstreams only"},
      {"https://host:8443/r", "https://host:8443/r"},
      {"https://host/r", "https://host/r"},
      {"ssh://git@host/r", "ssh://git@host/r"},
      {"git@host:r", "git@host:r"},
      {"service = 'foo@bar'", "service = 'foo@bar'"},
      {"", ""}};
  for (const auto& [given, expected] : cases) EXPECT_EQ(hide_credentials(given), expected);
}

// A token in the wrong place: whatever is wrong with it or around it, it is not told.
TEST(Secrets, NeverAppearInADiagnostic) {
  const std::string upstream = "[[upstreams]]\nurl = 'https://host/r'\n";
  const std::string service = "[[services]]\nupstream = 'https://host/r'\nservice = 'web'\n";
  for (const std::string& text : std::vector<std::string>{
           upstream + "token_file = \"S3CRET\"\n",
           upstream + "token_file = 's3cret/a.b'\n",
           upstream + "token_file = ['s3cret']\n",
           upstream + "token_file = [\n  s3cret\n]\n",
           upstream + "token_file = s3cret\n",
           upstream + "token_file = truS3cret\n",
           upstream + "token_file = \"s3cret\n",
           upstream + "token_file = \"s3cr\\qet\"\n",
           upstream + "token_file 's3cret'\n",
           upstream + "token_file: s3cret\n",
           upstream + "token_file =\n's3cret'\n",
           upstream + "token_file = '/t', token = 's3cret'\n",
           upstream + "tokne = 's3cret'\n",
           upstream + "ssh_key = '''\ns3cret\n'''\n",
           upstream + "ssh_key = '''\ns3cret\n''' x\n",
           upstream + "ssh_key = '''\ns3cret\n",
           upstream + "ssh_key = \"-----BEGIN S3CRET\ns3cret\n\"\n",
           service + "token = \"s3cret\"\n",
           service + "\"api-token\" = \"s3cret\"\n",
           service + "my.Password = '/s3cret'\n",
           service + "  passwd= { a = 's3cret' }\n",
           service + "dirs = [{ local = 'x', secret = 's3cret' }]\n",
           service + "dirs = [{ local = 'x', apikey: s3cret }]\n",
           service + "credentials = 's3cret' branch = 'x'\n",
           service + "token = 's3cret'\ntoken = 's3cret'\n",
           "[tokens]\nmine = s3cret\n",
           "[tokens]\ns3cret\n",
           "[upstreams.auth] value = s3cret\n",
           "[upstreams] s3cret\n",
           "[upstreams.auth value = s3cret\n",
           upstream + "token_file = '/t' s3cret\n",
           upstream + "token_file = '/t', 's3cret'\n",
           upstream + "token_file = /t s3cret\n",
           upstream + "token_file = '/t' = # s3cret\n",
           upstream + "token_file = '''/t\ns3cret''' x\n",
           upstream + "token_file = '/t'\n\n  s3cret==\n",
           upstream + "token = '''a''' \ns3cret\n",
           service + "machine h login me password s3cret\n",
           service + "branch = 'x' Bearer s3cret\n",
           service + "tok = 's3cret'\n",
           service + "my-pat = 's3cret'\n",
           service + "api = 's3cret'\n",
           service + "t\u043eken = 's3cret'\n",
       }) {
    const auto shown = render(parse(text).diagnostics);
    EXPECT_NE(shown, "") << text;
    EXPECT_EQ(lower_case(shown).find("s3"), std::string::npos) << shown;
  }
}

TEST(Secrets, LeaveAMarkAndTheRestOfTheLine) {
  const std::string upstream = "[[upstreams]]\nurl = 'https://example.org/r'\n";
  EXPECT_EQ(
      render(parse(upstream + "token_file = \"ghp_1\" # it\n" + service_with("")).diagnostics),
      "services.toml:3:14: 'token_file' must be the absolute path of a file: this does not begin "
      "with '/'\n"
      "    3 | token_file = ***\n"
      "      |              ^\n");
  EXPECT_EQ(render(parse(service_with("token = 'x'")).diagnostics),
            "services.toml:5:1: unknown key 'token' in [[services]]\n"
            "    5 | token = ***\n"
            "      | ^\n");
  for (const std::string line :
       {"branch = '' # token", "branhc = '/keys'", "mount = '/etc' # 'ssh_key = /k'",
        "ssh_key = '/etc/key'", "path = 'x'"})
    EXPECT_NE(
        render(parse("# token = [\n" + service_with(line)).diagnostics).find("| " + line + "\n"),
        std::string::npos)
        << line;
}

// Whatever is wrong around it, the password is not told.
TEST(Credentials, NeverAppearInADiagnostic) {
  const std::string twice = "[[upstreams]]\nurl = 'https://me:s3cret@host/r'\n";
  const std::string rest = "service = 'web'\ndirs = [{ local = '/etc/web', link = 'web' }]\n";
  for (const std::string& text : std::vector<std::string>{
           "[[services]]\nupstrema = 'https://me:s3cret@host/r'\n",
           "[[services]]\nupstream = 'https://me:s3cret@host:x/r'\n",
           "[[services]]\nupstream = 'https://me:s3cret@@host/r'\n",
           "[[services]]\nupstream = 'https://me:s3cret/r'\n",
           "[[services]]\nupstream = 'https://me:s3/cret@host/r'\nbranch = 's 3'\n",
           "[[services]]\nupstream = 'https://me:%zzs3cret@host/r'\n",
           "[[services]]\nupstream = https://me:s3cret@host/r\n",
           "[[services]]\nupstream = \"https://me:s3cret\\q@host/r\"\n",
           "[[services]]\nupstream = \"https:\\u002f/me:s3cret@ho st/r\"\n",
           "[[services]]\nupstream = 'https://me:s3cret@host/r\n",
           "[[services]]\nupstream = 'ssh://me:s3cret@host/r'\n",
           "[[services]]\nupstream = 'me:s3cret@host:r'\n",
           "[[services]]\nupstream = 'git://me:s3cret@host/r'\n",
           "[[services]]\nbranch = 'https://me:s3cret@host/r'\nupstream = '/r'\n",
           "[[services]]\n'https://me:s3cret@host/r' = 1\nupstream = '/r'\n",
           "'https://me:s3cret@h'.a = 1\n'https://me:s3cret@h' = 1\n[[services]]\n",
           twice + twice + "[[services]]\nupstream = '/r'\n",
           "[[services]]\nmachine = 'https://me:s3cret@host/r'\nupstream = '/r'\n",
       }) {
    const auto result = parse(text + rest);
    EXPECT_FALSE(result.diagnostics.empty()) << text;
    const auto shown = render(result.diagnostics);
    EXPECT_EQ(shown.find("s3"), std::string::npos) << shown;
    EXPECT_EQ(shown.find("cret"), std::string::npos) << shown;
  }
}

}  // namespace
}  // namespace overlayd::test
