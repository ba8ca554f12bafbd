// What is said about a wrong value, and where.
#include "tests/unit/config_test.h"

namespace overlayd::test {
namespace {

class WrongValue : public testing::TestWithParam<Case> {};
TEST_P(WrongValue, IsToldExactly) { expect_told(GetParam()); }

const std::vector<Case> values = {
    {"Global",
     "[global]\nupstream = 'etc'\nbranch = 'a..b'\nmount = '/etc'\ninterval = 'soon'\ndepth = 0\n"
     "state_directory = '/var/lib'\nmonut = 1\n",
     {"2:12: this is neither a URL nor an absolute path",
      "3:10: 'a..b' is not the name of a branch",
      "4:9: '/etc' belongs to the system: name a directory or file inside it",
      "5:12: 'soon' is not a duration, such as '90s' or '5m'",
      "6:9: 0 is not between 1 and 1000000",
      "7:19: '/var/lib' belongs to the system: name a directory or file inside it",
      "8:1: unknown key 'monut' in [global] (did you mean 'mount'?)"}},
    {"Web",
     "[web]\nlisten = 'localhost:9836'\nport = 1\n",
     {"2:10: 'localhost:9836' is not an IPv4 address or [IPv6 address] and a port, such as "
      "'127.0.0.1:9836' or '[::1]:9836'",
      "3:1: unknown key 'port' in [web]"}},
    {"WebOnAPortOfRoots",
     "services = []\n[web]\nlisten = '0.0.0.0:80'\n",
     {"3:10: overlayd-web has no right to listen on port 80: take one from 1024 on"}},
    {"WrongGlobalUpstreamIsToldOnce",
     "[global]\nupstream = 'r'\n[[services]]\nservice = 'a'\n"
     "dirs = [{ local = '/etc/a', link = 'a' }]\n",
     {"2:12: this is neither a URL nor an absolute path"}},
    {"IntervalBounds",
     "[[upstreams]]\nurl = '/a'\ninterval = '0s'\n[[upstreams]]\nurl = '/b'\ninterval = '8d'\n"
     "depth = 1000001\n",
     {"3:12: '0s' is not between 1s and 1w", "6:12: '8d' is not between 1s and 1w",
      "7:9: 1000001 is not between 1 and 1000000"}},
    {"UnknownAction",
     service_with("action = 'restrat'"),
     {"5:10: unknown action 'restrat' (did you mean 'restart'?)"}},
    {"ActionNearNothing",
     service_with("action = 'explode'"),
     {"5:10: unknown action 'explode': there are none, reload, restart, reload-or-restart, "
      "try-restart, try-reload-or-restart, start"}},
    {"UnknownUser",
     service_with("user = 'deamon'"),
     {"5:8: unknown user 'deamon' (did you mean 'daemon'?)"}},
    {"UnknownGroup",
     service_with("group = 'no such group'"),
     {"5:9: 'no such group' is not the name of an account"}},
    {"UnknownGroupToo",
     service_with("group = 'xyzzy-xyzzy'"),
     {"5:9: unknown group 'xyzzy-xyzzy'"}},
    {"UserAndGroupAreToldBoth",
     service_with("user = 'xyzzy-xyzzy'\ngroup = 'wheelhouse'"),
     {"5:8: unknown user 'xyzzy-xyzzy'", "6:9: unknown group 'wheelhouse'"}},
    {"UnknownUserMayComeWithAPackage", service_with("user = 'xyzzy-xyzzy'\npackage = 'xyzzy'"), {}},
    {"ImpossibleUserNeverComes",
     service_with("user = 'a:b'\npackage = 'xyzzy'"),
     {"5:8: 'a:b' is not the name of an account"}},
    {"UserByNumberNeedsAGroup",
     service_with("user = '61234'"),
     {"5:8: user '61234' has no account here and so no group: give it a 'group'"}},
    {"UserAndGroupByNumber", service_with("user = '61234'\ngroup = '61234'"), {}},
    {"UmaskDecimal",
     service_with("umask = 27"),
     {"5:9: 27 could be meant as octal or decimal: write it as a string in octal: \"0027\" or "
      "\"0033\""}},
    {"UmaskDecimalOnly",
     service_with("umask = 18"),
     {"5:9: this umask is not octal: write it as a string in octal: \"0022\""}},
    {"UmaskOutOfRange", service_with("umask = '1022'"), {"5:9: a umask is between 0000 and 0777"}},
    {"UmaskNotOctal",
     service_with("umask = '0089'"),
     {"5:9: '0089' is not a umask: write it in octal, such as \"0027\""}},
    {"UmaskHex",
     service_with("umask = 0x1f"),
     {"5:9: this umask is not octal: write it as a string in octal: \"0037\""}},
    {"Packages",
     service_with("package = ['grafana', 'Nginx', 'x', 'a b', '-y', 'foo:amd64', 'foo:']"),
     {"5:23: 'Nginx' is not the name of a Debian package",
      "5:32: 'x' is not the name of a Debian package",
      "5:37: 'a b' is not the name of a Debian package",
      "5:44: '-y' is not the name of a Debian package",
      "5:63: 'foo:' is not the name of a Debian package"}},
    {"Name",
     service_with("name = 'a/b'"),
     {"5:8: 'a/b' cannot be the name of a service: give it a 'name' of letters, digits, '@', '.', "
      "'_' and '-'"}},
    {"NameThatHides",
     service_with("name = '.a'"),
     {"5:8: '.a' cannot be the name of a service: it begins with '.'"}},
    {"UnitThatIsNoName",
     "[[services]]\nupstream = '/r'\nservice = 'a:b'\ndirs = [{ local = '/etc/a', link = 'a' }]\n",
     {"3:11: 'a:b' cannot be the name of a service: give it a 'name' of letters, digits, '@', '.', "
      "'_' and '-'"}},
    {"Template",
     "[[services]]\nupstream = '/r'\nservice = 'foo@'\ndirs = [{ local = '/etc/a', link = 'a' }]\n",
     {"3:11: 'foo@' is a template: name an instance, such as 'foo@NAME'"}},
    {"OverlaydItself",
     "[[services]]\nupstream = '/r'\nservice = 'overlayd'\n"
     "dirs = [{ local = '/etc/a', link = 'a' }]\n",
     {"3:11: overlayd does not act on itself"}},
    {"Machine",
     service_with("machine = ['a b', 'grafana']"),
     {"5:12: 'a b' is not a host name, glob, IP address or block of addresses"}},
    {"Overlay",
     "[[services]]\nupstream = '/r'\nservice = 'a'\n"
     "dirs = [\n{ local = 'etc/a', link = '/a', type = 'bnd', action = 'strat' },\n"
     "{ local = '/etc', link = 'a/../b' },\n]\n",
     {"5:11: 'etc/a' is not an absolute path (did you mean '/etc/a'?)",
      "5:27: '/a' must be relative to the repository's root (did you mean 'a'?)",
      "5:40: unknown type 'bnd': there are bind and symlink",
      "5:56: unknown action 'strat' (did you mean 'start'?)",
      "6:11: '/etc' belongs to the system: name a directory or file inside it",
      "6:26: 'a/../b' has a '..' part"}},
    {"OthersAreCheckedForSyntaxOnly",
     service_with("machine = 'other'\nuser = 'xyzzy-xyzzy'\nbranhc = 'x'\naction = 'strat'") +
         service_with(""),
     {"7:1: unknown key 'branhc' in [[services]] (did you mean 'branch'?)",
      "8:10: unknown action 'strat' (did you mean 'start'?)"}},
};
INSTANTIATE_TEST_SUITE_P(Values, WrongValue, testing::ValuesIn(values), name_of_case);

const std::vector<Case> upstreams = {
    {"WithoutUrl", "[[upstreams]]\n", {"1:1: 'url' is missing in this [[upstreams]]"}},
    {"Twice",
     "[[upstreams]]\nurl = 'https://a.example/r'\n[[upstreams]]\nurl = 'https://t:x@a.example/r'\n",
     {"4:7: upstream 'https://***@a.example/r' is already in line 2"}},
    {"KeysOfAnotherTransport",
     "[[upstreams]]\nurl = 'https://a.example/r'\nssh_key = '/k'\nknown_hosts = '/h'\n"
     "[[upstreams]]\nurl = 'git@a.example:r'\ntoken_file = '/t'\nca_file = '/c'\n",
     {"3:11: 'ssh_key' is for ssh upstreams only", "4:15: 'known_hosts' is for ssh upstreams only",
      "7:14: 'token_file' is for https upstreams only",
      "8:11: 'ca_file' is for https upstreams only"}},
    {"TokenInClearText",
     "[[upstreams]]\nurl = 'http://a.example/r'\ntoken_file = '/t'\nca_file = '/c'\n",
     {"3:14: 'token_file' is for https upstreams only: http would send it in clear text, so write "
      "'https://' in the url",
      "4:11: 'ca_file' is for https upstreams only"}},
    {"RelativeKey",
     "[[upstreams]]\nurl = 'git@a.example:r'\nssh_key = 'key'\n",
     {"3:11: 'ssh_key' must be the absolute path of a file: this does not begin with '/'"}},
    {"TwoCredentialsInOneBlock",
     "[[upstreams]]\nurl = 'https://t:x@a.example/r'\ntoken_file = '/t'\n",
     {"2:7: there is a credential in this URL and a 'token_file'"}},
    {"TwoCredentialsForOneUpstream",
     "[[upstreams]]\nurl = 'https://t:one@example.org/r'\n[[services]]\nservice = 'a'\n"
     "upstream = 'https://t:two@example.org/r'\ndirs = [{ local = '/etc/a', link = 'a' }]\n",
     {"5:12: upstream 'https://***@example.org/r' has another credential in line 2"}},
    {"OfNoUse",
     "[[upstreams]]\nurl = 'https://me:pw@example.org/q'\ninterval = '5m'\n" + service_with(""),
     {"2:7: no [[services]] block follows 'https://example.org/q' (did you mean "
      "'https://example.org/r'?)"}},
    {"OfUseElsewhereOnly",
     "[global]\nupstream = '/a'\n[[upstreams]]\nurl = '/a'\n[[upstreams]]\nurl = '/other'\n" +
         service_with("[[services]]\nservice = 'a'\nmachine = 'other'\nupstream = '/other'\n"
                      "dirs = [{ local = '/etc/a', link = 'a' }]"),
     {}},
    {"OfNoUsePerhapsAsTheServiceIsWrong",
     "[[upstreams]]\nurl = '/a'\n" + service_with("[[services]]\nservice = 'a'\nupstream = 'a'\n"
                                                  "dirs = [{ local = '/etc/a', link = 'a' }]"),
     {"9:12: this is neither a URL nor an absolute path"}},
    {"UnknownKey",
     "[[upstreams]]\nurl = '/r'\nsshkey = '/k'\n",
     {"3:1: unknown key 'sshkey' in [[upstreams]] (did you mean 'ssh_key'?)"}},
    {"PartOfAKey",
     "[[upstreams]]\nurl = '/r'\ntoken = 'x'\nkey = '/k'\nhosts = '/h'\nca = '/c'\nfile = '/f'\n",
     {"3:1: unknown key 'token' in [[upstreams]] (did you mean 'token_file'?)",
      "4:1: unknown key 'key' in [[upstreams]] (did you mean 'ssh_key'?)",
      "5:1: unknown key 'hosts' in [[upstreams]] (did you mean 'known_hosts'?)",
      "6:1: unknown key 'ca' in [[upstreams]] (did you mean 'ca_file'?)",
      "7:1: unknown key 'file' in [[upstreams]]"}},
};
INSTANTIATE_TEST_SUITE_P(Upstreams, WrongValue, testing::ValuesIn(upstreams), name_of_case);

TEST(Umask, IsTakenFromTextAndFromAnOctalNumber) {
  const std::vector<std::pair<std::string, mode_t>> cases = {
      {"'0027'", 0027}, {"'027'", 0027}, {"'27'", 0027}, {"'0o027'", 0027}, {"0o027", 0027},
      {"0", 0},         {"7", 7},        {"'0'", 0},     {"'0777'", 0777},  {"0o777", 0777}};
  for (const auto& [text, mode] : cases) {
    const auto result = parse(service_with("umask = " + text));
    ASSERT_TRUE(result.config) << text << "\n" << render(result.diagnostics);
    EXPECT_EQ(result.config->services.at(0).umask, mode) << text;
  }
}

TEST(Umask, IsRefusedOtherwise) {
  for (const std::string text : {"''", "'8'", "' 27'", "'0o'", "'-1'", "-1", "8", "0o1000",
                                 "0b11111", "'99999999999999999999'", "true", "2.7"})
    EXPECT_EQ(problems(service_with("umask = " + text)).size(), 1U) << text;
}

}  // namespace
}  // namespace overlayd::test
