#include "ctl/help.h"

#include <fmt/core.h>

#include <algorithm>

namespace overlayd::ctl {

const std::array<Topic, 8> topics{{
    {"status", "[SERVICE]…", "what is deployed, beside what the upstream has", R"(
Without a name one line for each service, with one everything about it.

  ✓ in sync   ≠ the upstream has other content   · nothing deployed, or the upstream not seen yet
  ✗ failed, its unit too, or not in place        … changing
  ! the upstream cannot be asked, or there is no such unit; what is deployed is in place

Examples:
  overlayctl status
  overlayctl status grafana
  overlayctl status --json | jq -r '.services[] | select(.in_sync == false) | .name'
)"},
    {"forward", "[SERVICE]…", "move to the branch's tip now and follow it again", R"(
Without a name every service that follows; frozen and pinned ones are left alone. A name ends its
freeze or rollback.

Examples:
  overlayctl forward
  overlayctl forward grafana
)"},
    {"freeze", "SERVICE… [--reason TEXT] [--for TIME]", "stay on the version that is deployed", R"(
Options:
  --reason TEXT   why; status shows it
  --for TIME      thaw by itself after this long: 90s, 30m, 2h, 1h30m, 3d

Examples:
  overlayctl freeze grafana --reason "release week" --for 3d
  overlayctl freeze web db
)"},
    {"thaw", "SERVICE…", "end a freeze", R"(
Examples:
  overlayctl thaw grafana
)"},
    {"rollback", "SERVICE [REV]", "go to another revision and stay there until forward", R"(
REV is a revision as Git has it, seen from what is deployed; man overlayctl tells all. Without it,
the last commit with other content for this service.

Examples:
  overlayctl rollback grafana
  overlayctl rollback grafana HEAD~2
  overlayctl rollback grafana v1.4
  overlayctl rollback grafana ':/raise the limit'
  overlayctl rollback grafana '@{1}'     what it had before; log has the numbers
)"},
    {"plan", "[SERVICE] [REV]", "the steps it would take and the files that differ; does nothing",
     R"(
REV is the branch's tip if it is not given.

Examples:
  overlayctl plan
  overlayctl plan grafana
  overlayctl plan grafana HEAD~1
)"},
    {"log", "SERVICE [-n N]", "what was deployed when, and by whom", R"(
Newest first. What stands behind a commit, @{1} say, is what rollback and plan take for it.

Options:
  -n, --lines N   the newest N only

Examples:
  overlayctl log grafana
  overlayctl log grafana -n 5
)"},
    {"reload", "", "read services.toml again", R"(
A services.toml with errors is refused and the one before it stays in force.

Examples:
  overlayd check && overlayctl reload
)"},
}};

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  names.reserve(topics.size());
  for (const auto& topic : topics) names.emplace_back(topic.command);
  return names;
}

std::string help() {
  std::string text =
      "Usage: overlayctl [--json] COMMAND …\n\n"
      "Steers overlayd, which keeps configuration files as Git has them. Without a command: "
      "status.\n"
      "\nCommands:\n";
  for (const auto& topic : topics)
    text += fmt::format("  {:<10}{}\n", topic.command, topic.summary);
  return text + R"(
Options, before or after the command:
  --json      print the daemon's answer as JSON
  -h, --help  this, or more about a command; so does 'overlayctl help COMMAND'
  --version

Exit status: 0 done, 1 failed, 2 wrong use, 3 refused.

Examples:
  overlayctl status
  overlayctl freeze grafana --reason "release week" --for 3d
  overlayctl rollback grafana HEAD~1
  overlayctl plan grafana

More: man overlayctl
)";
}

std::string help(std::string_view command) {
  const auto* topic = std::find_if(topics.begin(), topics.end(),
                                   [&](const Topic& one) { return one.command == command; });
  if (topic == topics.end()) return help();
  return fmt::format("Usage: overlayctl {} {}{}[--json]\n\n{}\n{}", topic->command, topic->usage,
                     topic->usage.empty() ? "" : " ", topic->summary, topic->text);
}

}  // namespace overlayd::ctl
