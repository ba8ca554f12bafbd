// What is said about tables and keys that are not what they should be, and where.
#include "tests/unit/config_test.h"

namespace overlayd::test {
namespace {

class WrongStructure : public testing::TestWithParam<Case> {};
TEST_P(WrongStructure, IsToldExactly) { expect_told(GetParam()); }

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
     {"2:1: 'services = []' above says that there is none: take it out"}},
    {"SecondServiceAsTable",
     service_with("") + "[services]\nservice = 'b'\n",
     {"6:1: [[services]] is written with two brackets on each side"}},
    {"FirstUpstreamAsTable",
     "[upstreams]\nurl = '/r'\n [[upstreams]]\n",
     {"3:2: [[upstreams]] is written with two brackets on each side, also above, where [upstreams] "
      "stands"}},
    {"StringWithoutEnd",
     "[global]\nbranch = \"main\n",
     {"2:15: not valid TOML: a string has no end here: is a closing quote missing?"}},
    {"LiteralStringWithoutEnd",
     "[global]\r\nbranch = 'main\r\n",
     {"2:15: not valid TOML: a string has no end here: is a closing quote missing?"}},
    {"StringAtTheEndOfTheFile",
     "[global]\nbranch = \"main",
     {"2:15: not valid TOML: a string has no end here: is a closing quote missing?"}},
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
    {"MisspeltHead",
     "services = []\n[[service]]\nname = 'a'\n[[upstream]]\nurl = '/r'\n",
     {"2:3: unknown key 'service' in the file (did you mean 'services'?)",
      "4:3: unknown key 'upstream' in the file (did you mean 'upstreams'?)"}},
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
INSTANTIATE_TEST_SUITE_P(Structure, WrongStructure, testing::ValuesIn(structure), name_of_case);

}  // namespace
}  // namespace overlayd::test
