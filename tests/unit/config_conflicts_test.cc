// What is said about services that are in each other's way, and where.
#include "tests/unit/config_test.h"

namespace overlayd::test {
namespace {

class Conflict : public testing::TestWithParam<Case> {};
TEST_P(Conflict, IsToldExactly) { expect_told(GetParam()); }

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
INSTANTIATE_TEST_SUITE_P(Conflicts, Conflict, testing::ValuesIn(conflicts), name_of_case);

}  // namespace
}  // namespace overlayd::test
