#include "daemon/steps/plan.h"

#include <algorithm>

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"

namespace overlayd {
namespace {

const Step* find_place(const Steps& steps, const Step& wanted) {
  const auto found = std::find_if(steps.begin(), steps.end(),
                                  [&](const Step& step) { return step.same_place(wanted); });
  return found == steps.end() ? nullptr : &*found;
}

bool contains(const Steps& steps, const Step& wanted) {
  return std::find(steps.begin(), steps.end(), wanted) != steps.end();
}

bool is_made_again(const Op& undone, const Plan& plan) {
  return undone.kind == OpKind::undo && std::any_of(plan.begin(), plan.end(), [&](const Op& op) {
           return op.kind == OpKind::make && op.step.same_place(undone.step);
         });
}

bool can_be_undone(const Step& step) {
  return step.kind != StepKind::package && step.kind != StepKind::unit;
}

// Whether taking `step` back takes the overlay at `local` along, or cannot be done while it stands.
bool carries(const Step& step, const std::string& local) {
  if (step.subject == local) return is_place(step);
  return is_mount(step) && is_at_or_below(local, step.subject);
}

// An overlay that stays, but has to be made anew, for what it stands on goes.
bool loses_its_ground(const Step& step, const Steps& old_steps, const Steps& new_steps) {
  return is_mount(step) && std::any_of(old_steps.begin(), old_steps.end(), [&](const Step& other) {
           return carries(other, step.subject) && find_place(new_steps, other) == nullptr;
         });
}

Op inverse_of(const Op& op) {
  switch (op.kind) {
    case OpKind::make:
      return {.kind = OpKind::undo, .step = op.step, .before = {}};
    case OpKind::undo:
      return {.kind = OpKind::make, .step = op.step, .before = {}};
    case OpKind::change:
      return {.kind = OpKind::change, .step = op.before, .before = op.step};
    case OpKind::act:
      break;
  }
  return op;
}

// A checkout that goes, or a folder around it: symbolic links lead there until they are changed.
bool leads_to_checkout(const Step& step, const Steps& old_steps) {
  return std::any_of(old_steps.begin(), old_steps.end(), [&](const Step& other) {
    return other.kind == StepKind::checkout &&
           (step == other || (is_place(step) && is_at_or_below(other.subject, step.subject)));
  });
}

bool is_in_the_way(const Step& step, const Steps& new_steps) {
  return std::any_of(new_steps.begin(), new_steps.end(), [&](const Step& other) {
    return is_at_or_below(other.subject, step.subject) ||
           is_at_or_below(step.subject, other.subject);
  });
}

}  // namespace

Plan diff(const Steps& old_steps, const Steps& new_steps) {
  const auto goes = [&](const Step& step) {
    return can_be_undone(step) &&
           (find_place(new_steps, step) == nullptr || loses_its_ground(step, old_steps, new_steps));
  };
  const bool checkout_can_wait =
      std::none_of(old_steps.begin(), old_steps.end(), [&](const Step& step) {
        return goes(step) && leads_to_checkout(step, old_steps) && is_in_the_way(step, new_steps);
      });
  Plan plan;
  Plan at_last;
  for (auto step = old_steps.rbegin(); step != old_steps.rend(); ++step)
    if (goes(*step))
      (checkout_can_wait && leads_to_checkout(*step, old_steps) ? at_last : plan)
          .push_back({.kind = OpKind::undo, .step = *step, .before = {}});
  for (const auto& step : new_steps) {
    if (step.kind == StepKind::unit) continue;
    const Step* before = find_place(old_steps, step);
    if (before == nullptr || loses_its_ground(*before, old_steps, new_steps))
      plan.push_back({.kind = OpKind::make, .step = step, .before = {}});
    else if (before->value != step.value)
      plan.push_back({.kind = OpKind::change, .step = step, .before = *before});
  }
  plan.insert(plan.end(), at_last.begin(), at_last.end());
  return plan;
}

Plan inverse(const Plan& plan) {
  Plan result;
  for (auto op = plan.rbegin(); op != plan.rend(); ++op)
    if (op->kind != OpKind::act && op->step.kind != StepKind::package)
      result.push_back(inverse_of(*op));
  for (const auto& op : plan)
    if (op.kind == OpKind::act) result.push_back(op);
  return result;
}

bool is_after(const Plan& plan, const Steps& steps) {
  return std::all_of(plan.begin(), plan.end(), [&](const Op& op) {
    if (op.step.kind == StepKind::package || op.kind == OpKind::act) return true;
    if (is_made_again(op, plan)) return true;
    return contains(steps, op.step) == (op.kind != OpKind::undo);
  });
}

bool changes_content(const Plan& plan) {
  return std::any_of(plan.begin(), plan.end(), [](const Op& op) {
    return op.kind != OpKind::act && op.step.kind != StepKind::checkout &&
           op.step.kind != StepKind::package;
  });
}

std::string to_text(const Op& op) {
  const StepWords& words = words_of(op.step.kind);
  const std::string_view verb = op.kind == OpKind::undo     ? words.undo
                                : op.kind == OpKind::change ? words.change
                                                            : words.make;
  Line line{{std::string(verb), op.step.subject}, op.step.origin};
  if (words.has_value) line.words.push_back(op.step.value);
  if (op.kind == OpKind::change) line.words.push_back(op.before.value);
  return to_text(line);
}

std::string to_text(const Plan& plan) {
  std::string text;
  for (const auto& op : plan) text += to_text(op) + "\n";
  return text;
}

Op parse_op(std::string_view text) {
  const Line line = parse_line(text);
  const std::string& verb = line.words[0];
  for (const auto& words : all_step_words()) {
    const bool change = verb == words.change && !verb.empty();
    const bool undo = verb == words.undo && !verb.empty();
    if (!change && !undo && verb != words.make) continue;
    const size_t count = 2U + (words.has_value ? 1U : 0U) + (change ? 1U : 0U);
    if (line.words.size() != count || line.words[1].empty())
      throw Error::of("cannot read operation '{}': wrong number of words", printable(text));
    Op op;
    op.step = {.kind = words.kind,
               .subject = line.words[1],
               .value = words.has_value ? line.words[2] : "",
               .origin = line.origin};
    if (change) op.before = {words.kind, line.words[1], line.words[3], ""};
    op.kind = change                         ? OpKind::change
              : undo                         ? OpKind::undo
              : words.kind == StepKind::unit ? OpKind::act
                                             : OpKind::make;
    return op;
  }
  throw Error::of("cannot read operation '{}': unknown word '{}'", printable(text),
                  printable(verb));
}

Plan parse_plan(std::string_view text) {
  Plan plan;
  for (const auto& line : split(text, '\n'))
    if (!trim(line).empty()) plan.push_back(parse_op(line));
  return plan;
}

}  // namespace overlayd
