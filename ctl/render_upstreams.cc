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
  const auto first = [&](const char* key, const char* text) {
    return std::find_if(followers.begin(), followers.end(),
                        [&](const Value* service) { return service->at(key).text() == text; });
  };
  for (const auto found : {first("condition", "failed"), first("state", "following")})
    if (found != followers.end()) return **found;
  return *followers.front();
}

void add_upstream(Table& table, const Followers& followers, const View& view) {
  const Value& service = worst_of(followers);
  table.add_row({mark_of(service), {shown(service, "upstream"), Colour::bold}});
  table.add_note({"followed by " + names_of(followers)});
  table.add_note({shown_lines(service, "error"), colour_of_error(service)});
  const std::string when = retry_of(service, view.now);
  if (!when.empty()) table.add_note({when, Colour::dim});
  table.add_note({"→ " + hint_of(service)});
}

}  // namespace

std::string render_upstreams(const List& services, const View& view) {
  std::map<std::string, Followers> troubled;
  for (const auto& service : services)
    if (is_of_upstream(service)) troubled[service.at("upstream").text()].push_back(&service);
  if (troubled.empty()) return "";
  Table table({{"", false}, {"", true}});
  for (const auto& [upstream, followers] : troubled) add_upstream(table, followers, view);
  return "\n" + table.render(view);
}

}  // namespace overlayd::ctl
