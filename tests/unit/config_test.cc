#include "tests/unit/config_test.h"

#include "config/config.h"
#include "config/summary.h"

namespace overlayd::test {
namespace {

using std::chrono::seconds;

constexpr const char* example = R"([[services]]
upstream = "https://github.com/miekg/blah-origin"
machine = "grafana.atoom.net"
branch = "main"
service = "grafana-server"
user = "grafana"
package = "grafana"
action = "restart"
mount = "/tmp/grafana"
dirs = [
    { local = "/etc/grafana", link = "grafana/etc" },
    { local = "/var/lib/grafana/dashboards", link = "grafana/dashboards" },
]
)";

TEST(Config, TheExampleWorksAsItStands) {
  const auto result = parse(example);
  EXPECT_EQ(render(result.diagnostics), "");
  ASSERT_TRUE(result.config);
  ASSERT_EQ(result.config->services.size(), 1U);
  const auto& service = result.config->services[0];
  EXPECT_EQ(service.name, "grafana-server");
  EXPECT_EQ(service.unit, "grafana-server.service");
  EXPECT_EQ(service.upstream, "https://github.com/miekg/blah-origin");
  EXPECT_EQ(service.branch, "main");
  EXPECT_EQ(service.user, "grafana");
  EXPECT_EQ(service.group, "");
  EXPECT_EQ(service.umask, 0022U);
  EXPECT_EQ(service.packages, std::vector<std::string>{"grafana"});
  EXPECT_EQ(service.action, Action::restart);
  EXPECT_EQ(service.checkout, "/tmp/grafana/grafana-server");
  EXPECT_EQ(service.origin.line, 1);
  ASSERT_EQ(service.overlays.size(), 2U);
  EXPECT_EQ(service.overlays[0].local, "/etc/grafana");
  EXPECT_EQ(service.overlays[0].link, "grafana/etc");
  EXPECT_EQ(service.overlays[0].type, OverlayType::bind);
  EXPECT_EQ(service.overlays[0].action, std::nullopt);
  EXPECT_EQ(service.overlays[0].origin.line, 11);
  EXPECT_EQ(service.overlays[1].local, "/var/lib/grafana/dashboards");
  EXPECT_EQ(service.overlays[1].origin.line, 12);
  EXPECT_EQ(summary(result, "services.toml"), "services.toml: 1 service for this machine");
}

TEST(Config, AFileThatSaysSoHasNoServices) {
  for (const std::string text : {"services = []\n", "services = []\n[global]\n[web]\n"}) {
    const auto result = parse(text);
    ASSERT_TRUE(result.config) << render(result.diagnostics);
    EXPECT_TRUE(result.config->services.empty());
    EXPECT_TRUE(result.config->upstreams.empty());
    EXPECT_EQ(summary(result, "f"), "f: no service for this machine");
  }
}

TEST(Config, DefaultsAreFilledIn) {
  const auto result = parse(service_with(""));
  ASSERT_TRUE(result.config) << render(result.diagnostics);
  EXPECT_EQ(result.config->web.listen, "127.0.0.1:9836");
  EXPECT_EQ(result.config->global.state_directory, "/var/lib/overlayd");
  EXPECT_EQ(result.config->global.mount, "/var/lib/overlayd/checkouts");
  const auto& service = result.config->services.at(0);
  EXPECT_EQ(service.branch, "main");
  EXPECT_EQ(service.user, "root");
  EXPECT_EQ(service.group, "");
  EXPECT_EQ(service.umask, 0022U);
  EXPECT_EQ(service.action, Action::none);
  EXPECT_EQ(service.checkout, "/var/lib/overlayd/checkouts/web");
  EXPECT_TRUE(service.packages.empty());
  const auto& upstream = result.config->upstream_of(service);
  EXPECT_EQ(upstream.url.text(), "https://example.org/r");
  EXPECT_EQ(upstream.interval, seconds(60));
  EXPECT_EQ(upstream.depth, 3);
  EXPECT_EQ(upstream.ssh_key + upstream.known_hosts + upstream.token_file + upstream.ca_file, "");
}

TEST(Config, EveryKeyIsRead) {
  const auto result = parse(R"(
[global]
upstream = "git@git.example.org:config.git"
branch = "stable"
mount = "/srv/checkouts//"
interval = "5m"
depth = 10
state_directory = "/srv/overlayd/"
[web]
listen = "[::1]:8080"
[[upstreams]]
url = "git@git.example.org:config.git"
ssh_key = "/etc/overlayd/key"
known_hosts = "/etc/overlayd/known_hosts"
interval = "2h"
depth = 50
[[upstreams]]
url = "https://example.org/r"
token_file = "/etc/overlayd/token"
ca_file = "/etc/ssl/private-ca.pem"
[[services]]
service = "foo@bar.timer"
name = "bar"
machine = ["other", "192.0.2.0/24"]
user = "daemon"
group = "0"
umask = "0027"
package = ["foo", "libbar2.0:amd64"]
action = "try-reload-or-restart"
[[services.dirs]]
local = "//etc//foo/"
link = "."
type = "symlink"
action = "none"
[[services]]
service = "web"
upstream = "https://example.org/r"
branch = "release/1.x"
mount = "/opt/web"
dirs = [{ local = "/etc/web.conf", link = "web/a.conf/", action = "reload" }]
)");
  ASSERT_TRUE(result.config) << render(result.diagnostics);
  const auto& config = *result.config;
  EXPECT_EQ(config.global.state_directory, "/srv/overlayd");
  EXPECT_EQ(config.global.mount, "/srv/checkouts");
  EXPECT_EQ(config.global.interval, seconds(300));
  EXPECT_EQ(config.global.depth, 10);
  EXPECT_EQ(config.web.listen, "[::1]:8080");

  const auto& foo = config.services.at(0);
  EXPECT_EQ(foo.name, "bar");
  EXPECT_EQ(foo.unit, "foo@bar.timer");
  EXPECT_EQ(foo.branch, "stable");
  EXPECT_EQ(foo.user, "daemon");
  EXPECT_EQ(foo.group, "0");
  EXPECT_EQ(foo.umask, 0027U);
  EXPECT_EQ(foo.packages, (std::vector<std::string>{"foo", "libbar2.0:amd64"}));
  EXPECT_EQ(foo.action, Action::try_reload_or_restart);
  EXPECT_EQ(foo.checkout, "/srv/checkouts/bar");
  EXPECT_EQ(foo.overlays.at(0).local, "/etc/foo");
  EXPECT_EQ(foo.overlays.at(0).link, ".");
  EXPECT_EQ(foo.overlays.at(0).type, OverlayType::symlink);
  EXPECT_EQ(foo.overlays.at(0).action, Action::none);
  const auto& foo_upstream = config.upstream_of(foo);
  EXPECT_EQ(foo_upstream.ssh_key, "/etc/overlayd/key");
  EXPECT_EQ(foo_upstream.known_hosts, "/etc/overlayd/known_hosts");
  EXPECT_EQ(foo_upstream.interval, seconds(7200));
  EXPECT_EQ(foo_upstream.depth, 50);

  const auto& web = config.services.at(1);
  EXPECT_EQ(web.name, "web");
  EXPECT_EQ(web.branch, "release/1.x");
  EXPECT_EQ(web.checkout, "/opt/web/web");
  EXPECT_EQ(web.overlays.at(0).link, "web/a.conf");
  EXPECT_EQ(web.overlays.at(0).action, Action::reload);
  const auto& web_upstream = config.upstream_of(web);
  EXPECT_EQ(web_upstream.token_file, "/etc/overlayd/token");
  EXPECT_EQ(web_upstream.ca_file, "/etc/ssl/private-ca.pem");
  EXPECT_EQ(web_upstream.interval, seconds(300));
  EXPECT_EQ(web_upstream.depth, 10);
}

TEST(Config, BlocksForOtherMachinesAreCountedAndLeftOut) {
  const std::string ours =
      "[[services]]\nservice = 'a'\nupstream = '/r'\n"
      "dirs = [{ local = '/etc/a', link = 'a' }]\n";
  const std::string theirs =
      "[[services]]\nmachine = 'db?'\nservice = 'a'\nupstream = '/other'\n"
      "user = 'nobody-knows'\ndirs = [{ local = '/etc/a', link = 'a' }]\n";
  const auto result = parse(theirs + ours + theirs);
  ASSERT_TRUE(result.config) << render(result.diagnostics);
  EXPECT_EQ(result.services_for_others.size(), 2U);
  ASSERT_EQ(result.config->services.size(), 1U);
  EXPECT_EQ(result.config->services[0].origin.line, 7);
  ASSERT_EQ(result.config->upstreams.size(), 1U);
  EXPECT_EQ(result.config->upstreams[0].url.text(), "/r");
  EXPECT_EQ(summary(result, "services.toml"),
            "services.toml: 1 service for this machine, 2 for others");
}

TEST(Config, WhyBlocksAreForOtherMachinesIsTold) {
  const auto block = [](const std::string& name, const std::string& machine) {
    return "[[services]]\nmachine = " + machine + "\nservice = '" + name +
           "'\nupstream = '/r'\ndirs = [{ local = '/etc/a', link = 'a' }]\n";
  };
  const auto result = parse(block("grafana-server", "'grafana.atom.net'") +
                            block("mine", "'graf*'") + block("web", "['web*', '10.0.0.0/8']"));
  EXPECT_EQ(explain_others(result, this_machine()),
            "not for this machine (grafana.atoom.net, grafana, 192.0.2.7, 2001:db8::7):\n"
            "  line 1   grafana-server  grafana.atom.net\n"
            "  line 11  web             web*, 10.0.0.0/8\n");
  EXPECT_EQ(explain_others(parse(service_with("")), this_machine()), "");
}

TEST(Config, AliasesAreResolved) {
  const auto result = parse(
      "[global]\nstate_directory = '/var/run/state'\n"
      "[[services]]\nupstream = '/r'\nservice = 'a'\n"
      "dirs = [{ local = '/lib/x', link = 'x' }]\n"
      "[[services]]\nupstream = '/r'\nservice = 'b'\nmount = '/var/run/checkouts'\n"
      "dirs = [{ local = '/var/run/x', link = 'x' }]\n");
  ASSERT_TRUE(result.config) << render(result.diagnostics);
  EXPECT_EQ(result.config->global.state_directory, "/run/state");
  const auto& [a, b] = std::tie(result.config->services.at(0), result.config->services.at(1));
  EXPECT_EQ(a.overlays.at(0).local, "/usr/lib/x");
  EXPECT_EQ(a.checkout, "/run/state/checkouts/a");
  EXPECT_EQ(b.overlays.at(0).local, "/run/x");
  EXPECT_EQ(b.checkout, "/run/checkouts/b");
}

TEST(Config, ServicesMayShareAUnitAnUpstreamAndAPackage) {
  const auto result =
      parse(service_with("package = 'nginx'\n"
                         "[[services]]\nupstream = 'https://example.org/r'\n"
                         "service = 'web'\nname = 'web2'\npackage = 'nginx'\n"
                         "dirs = [{ local = '/etc/web2', link = 'web2' }]"));
  ASSERT_TRUE(result.config) << render(result.diagnostics);
  EXPECT_EQ(result.config->services.size(), 2U);
  EXPECT_EQ(result.config->upstreams.size(), 1U);
  EXPECT_EQ(summary(result, "f"), "f: 2 services for this machine");
}

TEST(Config, UpstreamsThatNoServiceHereFollowsAreLeftOut) {
  const auto result =
      parse("[global]\nupstream = '/unused'\n[[upstreams]]\nurl = '/unused'\n" + service_with(""));
  ASSERT_TRUE(result.config) << render(result.diagnostics);
  ASSERT_EQ(result.config->upstreams.size(), 1U);
  EXPECT_EQ(result.config->upstreams[0].url.text(), "https://example.org/r");
}

TEST(Config, ACredentialMayStandInTheServiceOrInTheUpstream) {
  const std::string plain = "url = 'https://example.org/r'\ninterval = '3m'\n";
  const std::string secret = "url = 'https://me:pw@example.org/r'\ninterval = '3m'\n";
  const std::string service = "dirs = [{ local = '/etc/web', link = 'web' }]\nservice = 'web'\n";
  for (const auto& text : {
           "[[upstreams]]\n" + secret + "[[services]]\nupstream = 'https://example.org/r'\n",
           "[[upstreams]]\n" + plain + "[[services]]\nupstream = 'https://me:pw@example.org/r'\n",
           "[[upstreams]]\n" + secret + "[[services]]\nupstream = 'https://me:pw@example.org/r'\n",
       }) {
    const auto result = parse(text + service);
    ASSERT_TRUE(result.config) << render(result.diagnostics);
    const auto& only = result.config->services.at(0);
    EXPECT_EQ(only.upstream, "https://example.org/r");
    ASSERT_EQ(result.config->upstreams.size(), 1U);
    const auto& upstream = result.config->upstream_of(only);
    EXPECT_EQ(upstream.url.text(), "https://example.org/r");
    EXPECT_EQ(upstream.url.user(), "me");
    EXPECT_EQ(upstream.url.password(), "pw");
    EXPECT_EQ(upstream.interval, seconds(180));
  }
}

TEST(Config, EqualityIgnoresWhereThingsStandAndSeesWhatTheyMean) {
  const auto before = parse(service_with("")).config;
  const auto moved = parse("# a comment\n\n" + service_with("")).config;
  const auto spelled_out = parse(service_with("name = 'web'\naction = 'none'")).config;
  const auto changed = parse(service_with("action = 'reload'")).config;
  ASSERT_TRUE(before && moved && spelled_out && changed);
  EXPECT_NE(before->services[0].origin.line, moved->services[0].origin.line);
  EXPECT_EQ(*before, *moved);
  EXPECT_EQ(*before, *spelled_out);
  EXPECT_NE(before->services, changed->services);
  EXPECT_EQ(before->upstreams, changed->upstreams);
}

TEST(Config, AServiceOfAnotherConfigHasNoUpstreamHere) {
  const auto result = parse("services = []");
  ServiceConfig stranger;
  stranger.name = "x";
  EXPECT_THROW((void)result.config->upstream_of(stranger), Error);
}

TEST(Config, EveryActionHasAName) {
  for (const auto& name : action_names()) {
    const auto action = action_named(name);
    ASSERT_TRUE(action) << name;
    EXPECT_EQ(name_of(*action), name);
  }
  EXPECT_EQ(name_of(Action::none), "none");
  EXPECT_EQ(name_of(Action::try_reload_or_restart), "try-reload-or-restart");
  EXPECT_EQ(name_of(Action::start), "start");
  EXPECT_EQ(action_named("stop"), std::nullopt);
  EXPECT_EQ(action_named(""), std::nullopt);
}

}  // namespace
}  // namespace overlayd::test
