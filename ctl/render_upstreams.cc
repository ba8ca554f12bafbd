#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "ctl/render.h"
#include "ctl/service_words.h"
#include "ctl/table.h"

namespace overlayd::ctl {
namespace {

using Followers = std::vector<const Value*>;

// "nginx, ssh and 3 more"
std::string names_of(const Followers& followers) {
  constexpr size_t most = 10;
  std::vector<std::string> names;
  for (const Value* service : followers)
    if (names.size() < most) names.push_back(shown(*service, "name"));
  const size_t more = followers.size() - names.size();
  return join(names, ", ") + (more > 0 ? fmt::format(" and {} more", more) : "");
}

// The one to speak for all: which waits for its first content, or else could be taken forward.
const Value& worst_of(const Followers& followers) {
  const auto follows = [](const Value* service) {
    return service->at("state").text() == "following";
  };
  const auto waits = [](const Value* service) { return waits_for_upstream(*service); };
  const auto waiting = std::find_if(followers.begin(), followers.end(), waits);
  if (waiting != followers.end()) return **waiting;
  const auto following = std::find_if(followers.begin(), followers.end(), follows);
  return following == followers.end() ? *followers.front() : **following;
}

void add_upstream(Table& table, const Followers& followers, const View& view) {
  const Value& service = worst_of(followers);
  const Value& problem = *problem_of_upstream(service);
  const Colour colour = colour_of_problem(service, problem);
  table.add_row({{waits_for_upstream(service) ? "✗" : "!", colour},
                 {shown(service, "upstream"), Colour::bold}});
  table.add_note({"followed by " + names_of(followers)});
  table.add_note({shown_lines(problem, "error"), colour});
  const std::string when = retry_of(problem, view.now);
  if (!when.empty()) table.add_note({when, Colour::dim});
  table.add_note({"→ " + hint_of(service, problem)});
}

}  // namespace

std::string render_upstreams(const List& services, const View& view) {
  std::map<std::string, Followers> troubled;
  for (const auto& service : services)
    if (problem_of_upstream(service) != nullptr)
      troubled[service.at("upstream").text()].push_back(&service);
  if (troubled.empty()) return "";
  Table table({{"", false}, {"", true}});
  for (const auto& [upstream, followers] : troubled) add_upstream(table, followers, view);
  return "\n" + table.render(view);
}

}  // namespace overlayd::ctl
