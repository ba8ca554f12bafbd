#include "config/parse.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "config/claims.h"
#include "config/document.h"
#include "config/global.h"
#include "config/service.h"
#include "config/table.h"
#include "config/upstreams.h"

namespace overlayd {
namespace {

ParseResult failed(const Diagnostics& diagnostics) {
  return {.config = std::nullopt,
          .diagnostics = diagnostics.sorted(),
          .services_for_others = {},
          .text = {}};
}

// Takes those for other machines out of `blocks`.
std::vector<ServiceBlock> take_others(std::vector<ServiceBlock>& blocks) {
  const auto others = std::stable_partition(
      blocks.begin(), blocks.end(), [](const auto& block) { return block.for_this_machine; });
  std::vector<ServiceBlock> result(std::make_move_iterator(others),
                                   std::make_move_iterator(blocks.end()));
  blocks.erase(others, blocks.end());
  return result;
}

// A file that was cut off must not look like one that lets go of everything.
void require_services(const Table& root, Diagnostics& diagnostics) {
  if (root.has("services")) return;
  diagnostics.add({}, fmt::format("{}: if nothing is to be in place, say 'services = []'",
                                  root.empty() ? "there is nothing in this file"
                                               : "there is no [[services]] block in this file"));
}

ParseResult read_root(Table root, const Host& host) {
  auto& diagnostics = root.diagnostics();
  Config config;
  config.global = read_global(root);
  config.web = read_web(root);
  const auto declared = read_upstreams(root, config.global);
  std::vector<ServiceBlock> blocks;
  for (auto& table : root.tables("services", "[[services]]", "[[services]]"))
    blocks.push_back(read_service(std::move(table), config.global, host));
  root.finish();
  // where something else is wrong, that may be why something seems to be missing
  if (diagnostics.empty()) require_services(root, diagnostics);
  if (diagnostics.empty()) check_use(declared, blocks, config.global, diagnostics);

  const auto others = take_others(blocks);
  check_claims(blocks, config.global, diagnostics);
  config.upstreams = followed_upstreams(declared, blocks, config.global, diagnostics);
  if (!diagnostics.empty()) return failed(diagnostics);
  ParseResult result;
  for (auto& block : blocks) config.services.push_back(std::move(block.config));
  for (const auto& block : others)
    result.services_for_others.push_back(
        {.name = block.config.name, .machines = block.machines, .origin = block.config.origin});
  result.config = std::move(config);
  return result;
}

ParseResult parse_what_is_read(const std::function<std::string()>& read, const std::string& name,
                               const Host& host) {
  std::string text;
  try {
    text = read();
  } catch (const Error& error) {
    Diagnostics diagnostics("", {});
    diagnostics.add({}, error.what());
    return failed(diagnostics);
  }
  ParseResult result = parse_text(text, name, host);
  result.text = std::move(text);
  return result;
}

}  // namespace

ParseResult parse_text(std::string_view text, const std::string& file, const Host& host) {
  Diagnostics diagnostics(file, text);
  const auto document = read_document(text, diagnostics);
  if (!document) return failed(diagnostics);
  return read_root(Table(*document, "the file", diagnostics), host);
}

ParseResult parse_file(const std::string& path, const Host& host) {
  return parse_what_is_read([&] { return read_file(path, max_file_bytes); }, path, host);
}

ParseResult parse_stream(int fd, const std::string& name, const Host& host) {
  return parse_what_is_read([&] { return read_all(fd, name, max_file_bytes); }, name, host);
}

}  // namespace overlayd
