#include "git/fetch/fetcher.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "base/wire.h"
#include "git/failure.h"
#include "git/fetch/diagnosis.h"

namespace overlayd::git {
namespace {

std::string branch_refspec(const std::string& branch) {
  return fmt::format("+refs/heads/{0}:{1}{0}", branch, remote_branches);
}

std::vector<std::string> valid(const std::vector<std::string>& names) {
  std::vector<std::string> result;
  std::copy_if(names.begin(), names.end(), std::back_inserter(result), is_ref_name);
  return result;
}

bool is_among(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// `output` is that of ls-remote or for-each-ref: an id, a tab, a full ref name.
std::vector<std::pair<std::string, Oid>> parse_refs(const std::string& output) {
  std::vector<std::pair<std::string, Oid>> refs;
  for (const auto& line : split(output, '\n')) {
    const size_t tab = line.find('\t');
    if (tab != std::string::npos && is_oid(line.substr(0, tab)))
      refs.emplace_back(line.substr(tab + 1), line.substr(0, tab));
  }
  return refs;
}

std::vector<std::pair<std::string, Oid>> list_remote(Git& git, std::vector<std::string> refs) {
  std::vector<std::string> arguments{"ls-remote", "--refs", "origin"};
  arguments.insert(arguments.end(), refs.begin(), refs.end());
  auto found = parse_refs(git.run(std::move(arguments), {}, Git::Talk::upstream));
  // git matches the end of a name: "refs/heads/x" also finds "refs/mirror/refs/heads/x"
  std::erase_if(found, [&](const auto& ref) { return !is_among(refs, ref.first); });
  return found;
}

std::string head_ref(const std::string& branch) { return "refs/heads/" + branch; }

// Brings what is named behind it, and nothing else.
std::vector<std::string> fetch_command(const std::vector<std::string>& options) {
  std::vector<std::string> command{"fetch",
                                   "--progress",
                                   "--filter=blob:none",
                                   "--no-tags",
                                   "--no-write-fetch-head",
                                   "--recurse-submodules=no",
                                   "--no-auto-maintenance"};
  command.insert(command.end(), options.begin(), options.end());
  command.emplace_back("origin");
  return command;
}

bool are_in_each_others_way(const std::string& a, const std::string& b) {
  return a.starts_with(b + "/") || b.starts_with(a + "/");
}

}  // namespace

Fetcher::Fetcher(const FetchHello& hello, const std::string& program)
    : git_(hello, program), depth_(hello.depth) {}

void Fetcher::heal_once() {
  if (is_healed_) return;
  git_.mirror().remove_leftovers();
  if (!git_.mirror().packs_are_whole())
    throw KnownFailure(FailureKind::damaged, "the mirror has a pack that was cut short");
  is_healed_ = true;
}

Tips Fetcher::list_tips(const ListTips& request) {
  std::vector<std::string> refs;
  for (const auto& branch : valid(request.branches)) refs.push_back(head_ref(branch));
  Tips answer;
  if (refs.empty()) return answer;  // without a name, git would list everything
  for (const auto& [ref, oid] : list_remote(git_, refs))
    answer.tips.emplace_back(ref.substr(head_ref("").size()), oid);
  return answer;
}

Branches Fetcher::list_branches() {
  Branches answer;
  size_t bytes = 0;
  for (const auto& [ref, oid] :
       parse_refs(git_.run({"ls-remote", "--heads", "origin"}, {}, Git::Talk::upstream))) {
    bytes += ref.size() + sizeof(uint64_t);
    if (!ref.starts_with(head_ref("")) || bytes > max_message_bytes / 2) continue;
    answer.names.push_back(ref.substr(head_ref("").size()));
  }
  return answer;
}

Outcome Fetcher::try_fetch(const std::vector<std::string>& options,
                           const std::vector<std::string>& refspecs) {
  std::vector<std::string> arguments = fetch_command(options);
  arguments.insert(arguments.end(), refspecs.begin(), refspecs.end());
  return git_.try_run(std::move(arguments), {}, Git::Talk::upstream);
}

// Asks which of `branches` the upstream has, and deletes the local refs of the others.
std::vector<std::string> Fetcher::forget_missing(const std::vector<std::string>& branches) {
  std::vector<std::string> there;
  for (const auto& [branch, oid] : list_tips({branches}).tips) there.push_back(branch);
  std::vector<std::string> gone;
  for (const auto& branch : branches)
    if (!is_among(there, branch) && !git_.mirror().tip(branch).empty())
      gone.push_back(remote_branches + branch);
  remove_refs(gone);
  return there;
}

// One git if all is well. If not, that may be for a branch that is gone, or for a ref of a branch
// that is gone: each is put right once.
Fetcher::Result Fetcher::fetch_existing(const std::vector<std::string>& options,
                                        const std::vector<std::string>& branches) {
  Result result{.branches = valid(branches)};
  for (int attempt = 0; !result.branches.empty(); attempt++) {
    std::vector<std::string> refspecs;
    for (const auto& branch : result.branches) refspecs.push_back(branch_refspec(branch));
    const Outcome outcome = try_fetch(options, refspecs);
    result.filtered = !says_unfiltered(outcome.errors);
    if (outcome.ok()) return result;
    constexpr int max_attempts = 3;
    if (attempt + 1 == max_attempts) git_.fail(outcome);
    if (says_ref_is_missing(outcome.errors)) {
      result.branches = forget_missing(result.branches);
    } else if (says_refs_conflict(outcome.errors)) {
      remove_refs_in_the_way(result.branches);
    } else {
      git_.fail(outcome);
    }
  }
  return result;
}

Fetched Fetcher::fetch_branches(const FetchBranches& request) {
  heal_once();
  const auto before = git_.mirror().tips(request.branches);
  const Result result = fetch_existing({fmt::format("--depth={}", depth_)}, request.branches);
  merge_packs_if_many();
  return {.branches = result.branches,
          .changed = git_.mirror().tips(request.branches) != before,
          .filtered = result.filtered};
}

Fetched Fetcher::fetch_blobs(const std::vector<Oid>& blobs) {
  heal_once();
  if (blobs.empty()) return {.branches = {}, .changed = false};
  std::vector<std::string> arguments = fetch_command({"--stdin"});
  arguments.insert(arguments.begin(), {"-c", "fetch.negotiationAlgorithm=noop"});
  const Outcome outcome =
      git_.try_run(std::move(arguments), join(blobs, "\n") + "\n", Git::Talk::upstream);
  if (!outcome.ok() && says_object_is_missing(outcome.errors))
    throw KnownFailure(FailureKind::refused, git_.describe(outcome).message);
  if (!outcome.ok()) git_.fail(outcome);
  return {.branches = {}, .changed = true, .filtered = !says_unfiltered(outcome.errors)};
}

Fetched Fetcher::deepen(const Deepen& request) {
  heal_once();
  const std::string before = git_.mirror().edge();
  if (before.empty()) return {.branches = {}, .changed = false};
  const Result result =
      fetch_existing({fmt::format("--deepen={}", request.by)}, followed_branches());
  return {.branches = {}, .changed = git_.mirror().edge() != before, .filtered = result.filtered};
}

Fetched Fetcher::fetch_revision(const FetchRevision& request) {
  heal_once();
  const std::string depth = fmt::format("--depth={}", depth_);
  std::vector<std::string> refspecs;
  if (is_oid(request.name)) {
    refspecs.push_back(request.name);
  } else if (is_ref_name(request.name)) {
    const std::string tag = "refs/tags/" + request.name;
    for (const auto& [ref, oid] : list_remote(git_, {tag, head_ref(request.name)}))
      refspecs.push_back(ref == tag ? fmt::format("+{0}:{0}", tag) : branch_refspec(request.name));
  }
  if (refspecs.empty()) return {.branches = {}, .changed = false};
  const Outcome outcome = try_fetch({depth}, refspecs);
  if (!outcome.ok() && !says_object_is_refused(outcome.errors)) git_.fail(outcome);
  return {.branches = {}, .changed = outcome.ok(), .filtered = !says_unfiltered(outcome.errors)};
}

std::vector<std::string> Fetcher::followed_branches() {
  std::vector<std::string> branches;
  const std::string output =
      git_.run({"for-each-ref", "--format=%(objectname)%09%(refname)", remote_branches});
  for (const auto& [ref, oid] : parse_refs(output))
    branches.push_back(ref.substr(remote_branches.size()));
  return branches;
}

void Fetcher::remove_refs(const std::vector<std::string>& refs) {
  std::string commands;
  for (const auto& ref : refs) commands += fmt::format("delete {}\n", ref);
  if (!commands.empty()) git_.run({"update-ref", "--stdin"}, commands);
}

void Fetcher::remove_refs_in_the_way(const std::vector<std::string>& branches) {
  std::vector<std::string> refs;
  for (const auto& old : followed_branches())
    if (std::any_of(branches.begin(), branches.end(),
                    [&](const auto& branch) { return are_in_each_others_way(old, branch); }))
      refs.push_back(remote_branches + old);
  remove_refs(refs);
}

// Every fetch adds a pack, and every lookup asks all of them. Every fetch also adds to the shallow
// edge, and all of that is told to the server; `prune` forgets what no branch leads to any more.
void Fetcher::merge_packs_if_many() {
  constexpr size_t many = 64;
  if (git_.mirror().pack_count() < many) return;
  git_.run({"repack", "-a", "-d", "--quiet"});
  git_.run({"prune", "--expire=now"});
}

}  // namespace overlayd::git
