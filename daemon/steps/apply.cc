#include "daemon/steps/apply.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

#include "base/handle.h"
#include "base/log.h"
#include "base/path.h"
#include "base/text.h"
#include "daemon/steps/checkout.h"
#include "daemon/steps/place.h"
#include "mounts/overlay.h"
#include "mounts/table.h"
#include "mounts/write_protect.h"

namespace overlayd {
namespace {

// The mount that the nearest directory above `path` is on which can be reached; 0 if there is none.
int ground_of(const std::string& path) {
  const Fd above = open_nearest_above(path);
  return above ? mount_id_of(above) : 0;
}

// Whether no symbolic link is on the way.
bool is_reached(const std::string& path) {
  try {
    open_path(path);
    return true;
  } catch (const SystemError&) {
    return false;
  }
}

// Whether `target` may be what was `local`, renamed, or with a folder on the way renamed.
bool may_be_renamed(const std::string& target, const std::string& local) {
  return file_name(target) == file_name(local) || parent_path(target) == parent_path(local);
}

// Whether a symbolic link leads into the store, through its checkout. Not always to the tree of
// that name: where a service has an overlay of all of the repository too, it is a part of that
// one's.
bool leads_into(const std::string& link, const std::string& trees) {
  const Handle<char, [](char* text) { free(text); }> path(realpath(link.c_str(), nullptr));
  return path && is_at_or_below(path.get(), trees);
}

bool look_for(const Step& step, const TreeStore& trees) {
  switch (step.kind) {
    case StepKind::directory:
      return kind_of(step.subject) == PathKind::directory;
    case StepKind::file:
      return kind_of(step.subject) == PathKind::file;
    case StepKind::mount:
    case StepKind::mount_file:
      return is_live(step.subject, trees.path(step.value)) == Live::yes;
    case StepKind::link:
      return link_target(step.subject) == step.value;
    case StepKind::checkout:
      return is_current_checkout(step.subject, step.value);
    case StepKind::show:
      return trees.has(step.value) && leads_into(step.subject, trees.folder()) &&
             is_write_protected(trees.folder());
    case StepKind::package:
    case StepKind::unit:
      break;
  }
  return true;
}

// Then it is one of those that are not in effect. A link that leads elsewhere would not be known as
// ours any more.
bool may_be_missing(const Op& op) {
  const bool stays_known = is_mount(op.step) || is_place(op.step);
  return op.kind != OpKind::undo && stays_known && op.step.kind != StepKind::link;
}

}  // namespace

Staged::Staged(Plan plan, Machine machine) : plan_(std::move(plan)), machine_(std::move(machine)) {
  for (size_t i = 0; i < plan_.size(); i++) {
    const Step& step = plan_[i].step;
    const bool undo = plan_[i].kind == OpKind::undo;
    const bool is_gone = undo && !is_reached(step.subject);
    if (is_mount(step) && !machine_.is_of_another(step) && !is_gone)
      check_uncovered(step, plan_[i].before.value);
    if (undo) continue;
    if (step.kind == StepKind::show) check_tree(step);
    if (is_mount(step) && (is_undone(step.subject) || !is_in_effect(step, machine_.trees)))
      mounts_[i] = stage_mount(step);
  }
}

void Staged::check_uncovered(const Step& step, const std::string& before) const {
  static_cast<void>(stands(step, before));
}

void Staged::check_tree(const Step& step) const {
  if (!machine_.trees.has(step.value))
    throw Error::of("cannot prepare the overlay {}: its tree {} is not there", step.subject,
                    step.value);
  machine_.trees.check_links(step.value, step.subject);
}

bool Staged::is_undone(const std::string& local) const {
  return std::any_of(plan_.begin(), plan_.end(), [&](const Op& op) {
    return op.kind == OpKind::undo && is_mount(op.step) && op.step.subject == local;
  });
}

Staged::Mount Staged::stage_mount(const Step& step) const {
  check_tree(step);
  try {
    Mount mount;
    std::vector<Nested> nested;
    for (const auto& overlay : machine_.overlays_below(step.subject)) {
      if (is_undone(overlay.local)) continue;
      nested.push_back({.below = overlay.local.substr(step.subject.size() + 1),
                        .source = machine_.trees.path(overlay.tree)});
      mount.covered.push_back(overlay.local);
    }
    mount.tree = stage_with(machine_.trees.path(step.value), nested);
    return mount;
  } catch (const Error& error) {
    throw Error::of("cannot prepare the overlay {}: {}", step.subject, error.what());
  }
}

void Staged::publish() {
  for (size_t i = 0; i < plan_.size(); i++) {
    try {
      do_op(i);
    } catch (const Error& error) {
      const Plan done(plan_.begin(), plan_.begin() + static_cast<ptrdiff_t>(i) + 1);
      try {
        Staged(inverse(done), machine_).do_all();
      } catch (const Error& worse) {
        throw HalfDone(fmt::format("{}; and taking back what was done before failed: {}",
                                   error.what(), worse.what()));
      }
      throw;
    }
  }
}

// Without taking anything back: that it is what takes back.
void Staged::do_all() {
  for (size_t i = 0; i < plan_.size(); i++) do_op(i);
}

void Staged::do_op(size_t index) {
  const Op& op = plan_[index];
  if (op.kind == OpKind::undo) undo(op.step);
  if (op.kind == OpKind::make) make(op.step, "", index);
  if (op.kind == OpKind::change) make(op.step, op.before.value, index);
}

void Staged::make(const Step& step, const std::string& before, size_t index) {
  switch (step.kind) {
    case StepKind::directory:
      return make_place(step.subject, PathKind::directory, machine_.trees.folder());
    case StepKind::file:
      return make_place(step.subject, PathKind::file, machine_.trees.folder());
    case StepKind::mount:
    case StepKind::mount_file:
      return show(step, before, index);
    case StepKind::link:
      return make_link(step.subject, step.value, before, machine_.trees.folder());
    case StepKind::checkout:
      return switch_checkout(step.subject, step.value);
    case StepKind::show:  // the checkout shows it, which the link leads into
      return write_protect(machine_.trees.folder());
    case StepKind::package:  // systemd's business: done before staging
    case StepKind::unit:     // and after publishing
      return;
  }
}

void Staged::show(const Step& step, const std::string& before, size_t index) {
  const auto mount = mounts_.find(index);
  if (mount == mounts_.end()) return;  // it showed already when it was staged
  if (stands(step, before))
    swap(mount->second.tree, step.subject);
  else
    attach(mount->second.tree, step.subject, mount->second.covered);
}

// It may be another tree than we know of, left by an interrupted change. But most often it is the
// one of before, and the table of mounts is long where there are many overlays.
bool Staged::stands(const Step& step, const std::string& before) const {
  const bool as_before = !before.empty() && is_reached(step.subject) &&
                         is_live(step.subject, machine_.trees.path(before)) == Live::yes;
  return as_before || stands_visibly(step.subject, machine_.trees.folder());
}

void Staged::undo(const Step& step) const {
  if (machine_.is_of_another(step)) return;
  switch (step.kind) {
    case StepKind::directory:
      return remove_place(step.subject, PathKind::directory, machine_.trees.folder());
    case StepKind::file:
      return remove_place(step.subject, PathKind::file, machine_.trees.folder());
    case StepKind::mount:
    case StepKind::mount_file:
      return take_away(step);
    case StepKind::link:
      return remove_link(step.subject, step.value);
    case StepKind::checkout:
      return remove_checkouts(step.subject);
    case StepKind::show:
    case StepKind::package:
    case StepKind::unit:
      return;
  }
}

void Staged::take_away(const Step& step) const {
  if (is_reached(step.subject) && stands(step, step.value))
    detach(step.subject, machine_.trees.folder());
  else
    take_away_elsewhere(step);
}

// Who owns a folder on the way can rename it, and the mount goes with it; so it does when what it
// stands on is renamed outside. Copies that somebody has made of it stand on other mounts.
void Staged::take_away_elsewhere(const Step& step) const {
  const std::string tree = "/" + step.value;
  const int ground = ground_of(step.subject);
  for (const auto& mount : mounts_of(machine_.trees.folder()))
    if (mount.root.ends_with(tree) && mount.parent == ground &&
        may_be_renamed(mount.target, step.subject) && !is_known(mount.target))
      detach_mount(mount);
}

bool Staged::is_known(const std::string& local) const {
  const auto overlays = machine_.overlays_below("/");
  return std::any_of(overlays.begin(), overlays.end(),
                     [&](const LiveOverlay& overlay) { return overlay.local == local; });
}

void carry_out(const Plan& plan, const Machine& machine) { Staged(plan, machine).publish(); }

void take_back(const Plan& plan, const Machine& machine) {
  Plan back = inverse(plan);
  std::erase_if(back,
                [&](const Op& op) { return is_mount(op.step) && machine.is_of_another(op.step); });
  try {
    return carry_out(back, machine);
  } catch (const Error& error) {
    log_line(LOG_DEBUG, fmt::format("not in one piece: {}", error.what()));
  }
  std::vector<std::string> problems;
  for (const auto& op : back) {
    try {
      carry_out({op}, machine);
    } catch (const Error& error) {
      if (!may_be_missing(op)) problems.emplace_back(error.what());
    }
  }
  if (!problems.empty()) throw Error(join(problems, "; "));
}

bool is_in_effect(const Step& step, const TreeStore& trees) {
  try {
    return look_for(step, trees);
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace overlayd
