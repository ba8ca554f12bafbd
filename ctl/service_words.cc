#include "ctl/service_words.h"
#include "base/clock.h"

#include <fmt/core.h>

#include "base/text.h"
#include "ctl/times.h"

namespace overlayd::ctl {
namespace {

constexpr size_t line_bytes = 2000;
constexpr size_t text_bytes = 200'000;

bool is_held(const Value& service) {
  const std::string state = service.at("state").text();
  return state == "frozen" || state == "pinned";
}

}  // namespace

std::string shown(const Value& dict, const std::string& key) {
  return printable(dict.at(key).text(), line_bytes);
}

std::string shown_list(const Value& dict, const std::string& key) {
  std::vector<std::string> texts;
  for (const auto& value : dict.at(key).list()) texts.push_back(printable(value.text()));
  return join(texts, ", ");
}

std::string shown_lines(const Value& dict, const std::string& key) {
  return printable(trim(dict.at(key).text()), text_bytes, true);
}

std::string short_hash(const Value& dict, const std::string& key) {
  const std::string hash = dict.at(key).text().substr(0, 8);
  return hash.empty() ? "-" : printable(hash);
}

std::string change_of(const Value& dict, const std::string& from_key, const std::string& to_key) {
  const std::string from = dict.at(from_key).text();
  const std::string to = dict.at(to_key).text();
  if (from.empty() && to.empty()) return "";
  if (to.empty() || from == to) return short_hash(dict, from_key);
  if (from.empty()) return short_hash(dict, to_key);
  return fmt::format("{} → {}", short_hash(dict, from_key), short_hash(dict, to_key));
}

Cell mark_of(const Value& service) {
  const std::string condition = service.at("condition").text();
  if (condition == "failed") return {"✗", Colour::red};
  if (condition == "changing") return {"…", Colour::yellow};
  if (condition == "waiting") return {"·", Colour::dim};
  if (lacks_unit(service) || !service.at("problems").list().empty()) return {"!", Colour::yellow};
  if (!service.has("in_sync")) return {"·", Colour::dim};
  if (is_behind(service)) return {"≠", Colour::yellow};
  return {"✓", Colour::green};
}

bool lacks_unit(const Value& service) {
  const std::string state = service.at("unit_state").text();
  return state == "not found" || state == "masked";
}

Cell mark_of_outcome(const std::string& outcome) {
  if (outcome == "done") return {"✓", Colour::green};
  if (outcome == "failed") return {"✗", Colour::red};
  if (outcome == "refused") return {"!", Colour::yellow};
  return {"-", Colour::dim};
}

Colour colour_of_outcome(const std::string& outcome) {
  if (outcome == "failed") return Colour::red;
  return outcome == "refused" ? Colour::yellow : Colour::plain;
}

bool is_behind(const Value& service) {
  return service.has("in_sync") && !service.at("in_sync").truth();
}

Cell state_of(const Value& service) {
  const std::string condition = shown(service, "condition");
  const std::string state = shown(service, "state");
  if (condition.empty() || condition == "ok") return {state};
  return {fmt::format("{}, {}", state, condition),
          condition == "failed" ? Colour::red : Colour::plain};
}

Cell unit_state_of(const Value& service) {
  const std::string state = shown(service, "unit_state");
  return {state, state.starts_with("failed") ? Colour::red : Colour::plain};
}

std::string hold_of(const Value& service, int64_t now) {
  if (!is_held(service)) return "";
  std::string text = shown(service, "state");
  if (service.has("by")) text += " by " + shown(service, "by");
  if (const int64_t since = service.at("since").number(); since > 0)
    text += " " + relative_time(since, now);
  if (!service.at("revision").text().empty())
    text += fmt::format(" (rollback {})", shown(service, "revision"));
  if (const int64_t until = service.at("until").number(); until > 0)
    text += fmt::format(", until {} ({})", clock_time(until), relative_time(until, now));
  if (!service.at("reason").text().empty()) text += ": " + shown(service, "reason");
  if (service.at("state").text() == "frozen" && service.at("ends_with").text() == "forward")
    text += "; pinned as well, until forward";  // a thaw would not make it follow
  return text;
}

std::string way_to_follow(const Value& service) {
  if (!is_held(service) || !is_behind(service)) return "";
  return fmt::format("follow {} again: overlayctl {} {}", shown(service, "branch"),
                     shown(service, "ends_with"), shown(service, "name"));
}

std::string doing_of(const Value& service, int64_t now) {
  const std::string doing = shown(service, "doing");
  if (doing.empty()) return "";
  return fmt::format("{}, since {}", doing, relative_time(service.at("doing_since").number(), now));
}

const Value* problem_of_upstream(const Value& service) {
  for (const auto& problem : service.at("problems").list())
    if (problem.at("of").text() == "upstream") return &problem;
  return nullptr;
}

bool waits_for_upstream(const Value& service) {
  return problem_of_upstream(service) != nullptr && service.at("deployed").text().empty();
}

Colour colour_of_problem(const Value& service, const Value& problem) {
  const bool harmless = &problem == problem_of_upstream(service) && !waits_for_upstream(service);
  return harmless ? Colour::yellow : Colour::red;
}

std::string retry_of(const Value& problem, int64_t now) {
  std::vector<std::string> parts;
  if (const int64_t since = problem.at("error_at").number(); since > 0)
    parts.push_back("since " + relative_time(since, now));
  if (const int64_t next = problem.at("retry_at").number(); next > 0)
    parts.push_back(next > now ? "next try " + relative_time(next, now) : "next try now");
  return join(parts, ", ");
}

std::string hint_of(const Value& service, const Value& problem) {
  std::string hint = shown_lines(problem, "error_hint");
  if (!hint.empty()) return hint;
  return is_held(service)
             ? "see what happened: journalctl -u overlayd"
             : fmt::format("try again now: overlayctl forward {}", shown(service, "name"));
}

}  // namespace overlayd::ctl
