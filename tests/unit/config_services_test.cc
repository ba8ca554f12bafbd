// What is said about a wrong file, and where: one table for each part of it.
#include "tests/unit/config_test.h"

namespace overlayd::test {
namespace {

class WrongFile : public testing::TestWithParam<Case> {};

TEST_P(WrongFile, IsToldExactly) {
  const auto& test = GetParam();
  EXPECT_EQ(problems(test.text), test.problems);
  EXPECT_EQ(parse(test.text).config.has_value(), test.problems.empty());
}

const std::string dirs_as_text =
    "12:8: 'dirs' must be a list of tables, written dirs = [{ local = …, link = … }], not a string";

const std::vector<Case> structure = {
    {"UnknownTable",
     "[globl]\n",
     {"1:2: unknown key 'globl' in the file (did you mean 'global'?)"}},
    {"UnknownKeyNearNothing", "zebra = 1\n", {"1:1: unknown key 'zebra' in the file"}},
    {"Empty",
     "",
     {" there is nothing in this file: if nothing is to be in place, say 'services = "
      "[]'"}},
    {"CommentsOnly",
     "\n# [[services]]\n\n",
     {" there is nothing in this file: if nothing is to be in place, say 'services = "
      "[]'"}},
    {"CutOff",
     "[global]\nupstream = '/r'\n[[upstreams]]\nurl = '/r2'\n",
     {" there is no [[services]] block in this file: if nothing is to be in place, say "
      "'services = []'"}},
    {"ExplicitlyNoService", "services = []\n[[upstreams]]\nurl = '/r'\n", {}},
    {"NoServiceAndYetOne",
     "services = []\n" + service_with(""),
     {"2:1: 'services = []' above says that there is no service: take it out"}},
    {"ServicesAsTable",
     "[services]\n",
     {"1:1: 'services' must be a list of tables, written [[services]], not a table"}},
    {"GlobalAsList",
     "[[global]]\n",
     {"1:1: 'global' must be a table, written [global], not a list of tables"}},
    {"ServicesWithStrings",
     "services = ['a']\n",
     {"1:13: 'services' must be a list of tables only, not a string"}},
    {"UnknownKeyInService",
     service_with("branche = 'x'"),
     {"5:1: unknown key 'branche' in [[services]] (did you mean 'branch'?)"}},
    {"NoServiceBelowATable",
     "[global]\ndepth = 5\nservices = []\n",
     {"3:1: unknown key 'services' in [global]: it has to stand at the top of the file, above the "
      "first '['"}},
    {"KeysOfAnotherTable",
     "depth = 1\n" + service_with("interval = '1m'\ntoken_file = '/t'\nlocal = '/l'\n[global]\n"
                                  "service = 'a'\nssh_key = '/k'\n"),
     {"1:1: unknown key 'depth' in the file: it belongs in [global] or [[upstreams]]",
      "6:1: unknown key 'interval' in [[services]]: it belongs in [global] or [[upstreams]]",
      "7:1: unknown key 'token_file' in [[services]]: it belongs in [[upstreams]]",
      "8:1: unknown key 'local' in [[services]]: it belongs in an entry of 'dirs' in [[services]]",
      "10:1: unknown key 'service' in [global]: it belongs in [[services]]",
      "11:1: unknown key 'ssh_key' in [global]: it belongs in [[upstreams]]"}},
    {"MisspeltRequiredKeyIsToldOnce",
     "[[services]]\nupstream = '/r'\nservcie = 'web'\ndirs = [{ local = '/etc/a', link = 'a' }]\n",
     {"3:1: unknown key 'servcie' in [[services]] (did you mean 'service'?)"}},
    {"EmptyService",
     "\n[[services]]\n",
     {"2:1: 'service' is missing in this [[services]]",
      "2:1: 'upstream' is missing in this [[services]], and [global] has none",
      "2:1: 'dirs' is missing in this [[services]]"}},
    {"WrongTypes",
     "[[services]]\nservice = 1\nupstream = true\nbranch = 1.5\nname = []\nuser = 2026-01-01\n"
     "umask = {}\npackage = 3\nmachine = [1]\naction = ['x']\nmount = 1\ndirs = 'x'\n",
     {"2:11: 'service' must be a string, not an integer",
      "3:12: 'upstream' must be a string, not true or false",
      "4:10: 'branch' must be a string, not a number with a fraction",
      "5:8: 'name' must be a string, not a list",
      "6:8: 'user' must be a string, not a date or time",
      "7:9: 'umask' must be a string such as \"0027\", not a table",
      "8:11: 'package' must be a string or a list of strings, not an integer",
      "9:12: 'machine' must be a list of strings only, not an integer",
      "10:10: 'action' must be a string, not a list",
      "11:9: 'mount' must be a string, not an integer", dirs_as_text}},
    {"OverlayWithoutItsKeys",
     "[[services]]\nupstream = '/r'\nservice = 'a'\ndirs = [{}, { local = '/etc/a', lnk = 'a' }]\n",
     {"4:9: 'local' is missing in this entry of dirs",
      "4:9: 'link' is missing in this entry of dirs",
      "4:33: unknown key 'lnk' in entry of dirs (did you mean 'link'?)"}},
    {"EmptyLists",
     "[[services]]\nupstream = '/r'\nservice = 'a'\ndirs = []\nmachine = []\npackage = []\n",
     {"4:8: 'dirs' is an empty list", "5:11: 'machine' is an empty list",
      "6:11: 'package' is an empty list"}},
};
INSTANTIATE_TEST_SUITE_P(Structure, WrongFile, testing::ValuesIn(structure), name_of_case);

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
INSTANTIATE_TEST_SUITE_P(Values, WrongFile, testing::ValuesIn(values), name_of_case);

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
     {"3:11: 'key' is not an absolute path (did you mean '/key'?)"}},
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
};
INSTANTIATE_TEST_SUITE_P(Upstreams, WrongFile, testing::ValuesIn(upstreams), name_of_case);

// Two services on lines 2-4 and 6-8, each with one overlay.
std::string two(const std::string& first, const std::string& second,
                const std::string& more_for_second = "") {
  return "[global]\nupstream = '/r'\n[[services]]\nservice = 'one'\ndirs = [" + first +
         "]\n[[services]]\nservice = 'two'\ndirs = [" + second + "]\n" + more_for_second + "\n";
}

const std::vector<Case> conflicts = {
    {"NameTwice",
     two("{ local = '/etc/a', link = 'a' }", "{ local = '/etc/b', link = 'b' }", "name = 'one'"),
     {"9:8: there is a service 'one' already, in line 4: give this one another 'name'"}},
    {"PathTwice",
     two("{ local = '/etc/a', link = 'a' }", "{ local = '//etc/a/', link = 'b' }"),
     {"8:19: '/etc/a' is already claimed (service 'one', line 5)"}},
    {"PathTwiceInOneService",
     two("{ local = '/etc/a', link = 'a' }, { local = '/etc/a', link = 'a' }",
         "{ local = '/etc/b', link = 'b' }"),
     {"5:53: '/etc/a' is already claimed (service 'one', line 5)"}},
    {"PathTwiceByAnAlias",
     two("{ local = '/run/a', link = 'a' }", "{ local = '/var/run/a', link = 'b' }"),
     {"8:19: '/var/run/a' (the same as '/run/a') is already claimed as '/run/a' (service 'one', "
      "line 5)"}},
    {"PathTwiceByTheSameAlias",
     two("{ local = '/lib/a', link = 'a' }", "{ local = '/lib/a', link = 'b' }"),
     {"8:19: '/lib/a' (the same as '/usr/lib/a') is already claimed (service 'one', line 5)"}},
    {"SymlinkInBindByAnAlias",
     two("{ local = '/usr/lib/a/b', link = 'a', type = 'symlink' }",
         "{ local = '/lib/a', link = 'b' }"),
     {"5:19: '/usr/lib/a/b' lies inside the overlay '/lib/a' (the same as '/usr/lib/a') (service "
      "'two', line 8): a symlink cannot be made in a read-only mount"}},
    {"MountInsideAnOverlayByAnAlias",
     two("{ local = '/run/a', link = 'a' }", "{ local = '/etc/b', link = 'b' }",
         "mount = '/var/run/a/b'"),
     {"9:9: mount '/var/run/a/b' (the same as '/run/a/b') lies inside the overlay '/run/a' "
      "(service 'one', line 5)"}},
    {"BindInBind",
     two("{ local = '/etc/a', link = 'a' }", "{ local = '/etc/a/b/c', link = 'b' }"),
     {}},
    {"NeighboursWithACommonBeginning",
     two("{ local = '/etc/a', link = 'a', type = 'symlink' }", "{ local = '/etc/ab', link = 'b' }"),
     {}},
    {"BindInSymlink",
     two("{ local = '/etc/a', link = 'a', type = 'symlink' }",
         "{ local = '/etc/a/b/c', link = 'b' }"),
     {"8:19: '/etc/a/b/c' lies inside the overlay '/etc/a' (service 'one', line 5): nothing can be "
      "put inside a symlink"}},
    {"SymlinkInBind",
     two("{ local = '/etc/a/b', link = 'a', type = 'symlink' }",
         "{ local = '/etc/a', link = 'b' }"),
     {"5:19: '/etc/a/b' lies inside the overlay '/etc/a' (service 'two', line 8): a symlink cannot "
      "be made in a read-only mount"}},
    {"SymlinkInSymlink",
     two("{ local = '/etc/a', link = 'a', type = 'symlink' }, { local = '/etc/a/b', link = 'b', "
         "type = 'symlink' }",
         "{ local = '/etc/b', link = 'b' }"),
     {"5:71: '/etc/a/b' lies inside the overlay '/etc/a' (service 'one', line 5): nothing can be "
      "put inside a symlink"}},
    {"MountIsAnOverlay",
     two("{ local = '/etc/a', link = 'a' }", "{ local = '/etc/b', link = 'b' }",
         "mount = '/etc/a'"),
     {"9:9: mount '/etc/a' is the overlay '/etc/a' (service 'one', line 5)"}},
    {"MountInsideAnOverlay",
     two("{ local = '/etc/a', link = 'a' }", "{ local = '/etc/b', link = 'b' }",
         "mount = '/etc/b/c/d'"),
     {"9:9: mount '/etc/b/c/d' lies inside the overlay '/etc/b' (service 'two', line 8)"}},
    {"MountOfAllIsAnOverlay",
     "[global]\nbranch = 'main'\nmount = '/etc/web'\n" + service_with(""),
     {"3:9: mount '/etc/web' is the overlay '/etc/web' (service 'web', line 7)"}},
    {"MountOfAllInsideAnOverlay",
     "[global]\nmount = '/srv/m/x'\n" +
         service_with("[[services]]\nupstream = '/r'\nservice = 'b'\n"
                      "dirs = [{ local = '/srv/m', link = 'b' }]"),
     {"2:9: mount '/srv/m/x' lies inside the overlay '/srv/m' (service 'b', line 10)"}},
    {"MountContainsAnOverlay",
     two("{ local = '/srv/a/b', link = 'a' }", "{ local = '/etc/b', link = 'b' }",
         "mount = '/srv/a'"),
     {"9:9: mount '/srv/a' contains the overlay '/srv/a/b' (service 'one', line 5)"}},
    {"MountOfTheSystem",
     two("{ local = '/etc/a', link = 'a' }", "{ local = '/etc/b', link = 'b' }", "mount = '/etc'"),
     {"9:9: '/etc' belongs to the system: name a directory or file inside it"}},
    {"MountInTheStateDirectory",
     two("{ local = '/etc/a', link = 'a' }", "{ local = '/etc/b', link = 'b' }",
         "mount = '/var/lib/overlayd/mirrors'"),
     {"9:9: '/var/lib/overlayd/mirrors/two' is inside overlayd's own '/var/lib/overlayd'"}},
    {"MountThatIsTheDefault",
     two("{ local = '/etc/a', link = 'a' }", "{ local = '/etc/b', link = 'b' }",
         "mount = '/var/lib/overlayd/checkouts'"),
     {}},
    {"MountInACheckout",
     two("{ local = '/etc/a', link = 'a' }", "{ local = '/etc/b', link = 'b' }",
         "mount = '/srv/m/three'\n[[services]]\nservice = 'three'\nmount = '/srv/m'\n"
         "dirs = [{ local = '/etc/c', link = 'c' }]"),
     {"9:9: mount '/srv/m/three' lies inside the checkout of service 'three' (line 10)"}},
    {"SharedMount",
     two("{ local = '/etc/a', link = 'a' }", "{ local = '/etc/b', link = 'b' }",
         "mount = '/srv/m'\n[[services]]\nservice = 'three'\nmount = '/srv/m'\n"
         "dirs = [{ local = '/etc/c', link = 'c' }]"),
     {}},
    {"StateDirectoryThatWasMoved",
     "[global]\nstate_directory = '/srv/state'\n" +
         service_with("mount = '/srv/state'\n[[services]]\nupstream = '/r'\nservice = 'b'\n"
                      "dirs = [{ local = '/srv/state/x', link = 'x' },\n"
                      "{ local = '/srv/state', link = 'x' }]"),
     {"7:9: '/srv/state/web' is inside overlayd's own '/srv/state'",
      "11:19: '/srv/state/x' is inside overlayd's own '/srv/state'",
      "12:11: '/srv/state' is overlayd's own"}},
    {"OthersDoNotConflict",
     two("{ local = '/etc/a', link = 'a' }", "{ local = '/etc/a', link = 'b' }",
         "name = 'one'\nmachine = 'other'"),
     {}},
};
INSTANTIATE_TEST_SUITE_P(Conflicts, WrongFile, testing::ValuesIn(conflicts), name_of_case);

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
