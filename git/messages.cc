#include "git/messages.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/error.h"
#include "base/wire.h"

namespace overlayd::git {
namespace {

template <typename T, typename Message>
concept Is = std::is_same_v<std::remove_const_t<T>, Message>;

// --- what each message consists of; both directions follow this one list ------------------------

auto fields(Is<FetchHello> auto& m) { return std::tie(m.url, m.mirror, m.secrets, m.depth); }
auto fields(Is<ListTips> auto& m) { return std::tie(m.branches); }
auto fields(Is<ListBranches> auto&) { return std::tie(); }
auto fields(Is<FetchBranches> auto& m) { return std::tie(m.branches); }
auto fields(Is<FetchBlobs> auto& m) { return std::tie(m.blobs, m.last); }
auto fields(Is<Deepen> auto& m) { return std::tie(m.by); }
auto fields(Is<FetchRevision> auto& m) { return std::tie(m.name); }
auto fields(Is<ReadHello> auto& m) { return std::tie(m.mirror, m.staging); }
auto fields(Is<Resolve> auto& m) { return std::tie(m.revision, m.links); }
auto fields(Is<ResolveOlder> auto& m) { return std::tie(m.commit, m.links); }
auto fields(Is<ListMissing> auto& m) { return std::tie(m.oid, m.kind); }
auto fields(Is<WriteTree> auto& m) { return std::tie(m.oid, m.kind, m.name, m.locals); }
auto fields(Is<Diff> auto& m) { return std::tie(m.before, m.before_kind, m.after, m.after_kind); }
auto fields(Is<Tips> auto& m) { return std::tie(m.tips); }
auto fields(Is<Branches> auto& m) { return std::tie(m.names); }
auto fields(Is<Fetched> auto& m) { return std::tie(m.branches, m.changed, m.filtered); }
auto fields(Is<Entry> auto& m) { return std::tie(m.kind, m.oid); }
auto fields(Is<Resolved> auto& m) {
  return std::tie(m.resolution, m.commit, m.subject, m.author, m.time, m.entries);
}
auto fields(Is<MissingBlobs> auto& m) { return std::tie(m.blobs, m.last); }
auto fields(Is<Progress> auto&) { return std::tie(); }
auto fields(Is<Written> auto& m) { return std::tie(m.error, m.refused); }
auto fields(Is<Difference> auto& m) { return std::tie(m.status, m.path); }
auto fields(Is<Differences> auto& m) { return std::tie(m.differences, m.last); }
auto fields(Is<Failure> auto& m) { return std::tie(m.kind, m.message); }

constexpr EntryKind last_value(EntryKind) { return EntryKind::submodule; }
constexpr Resolution last_value(Resolution) { return Resolution::not_fetched; }
constexpr FailureKind last_value(FailureKind) { return FailureKind::refused; }

// --- writing ------------------------------------------------------------------------------------

void write(WireWriter& out, const std::string& value) { out.text(value); }

template <typename T>
requires std::is_integral_v<T> || std::is_enum_v<T>
void write(WireWriter& out, T value) { out.number(static_cast<uint64_t>(value)); }

template <typename A, typename B>
void write(WireWriter& out, const std::pair<A, B>& value) {
  write(out, value.first);
  write(out, value.second);
}

template <typename T>
void write(WireWriter& out, const std::vector<T>& values);

template <typename T>
requires requires(const T& message) { fields(message); }
void write(WireWriter& out, const T& message) {
  std::apply([&](const auto&... field) { (write(out, field), ...); }, fields(message));
}

template <typename T>
void write(WireWriter& out, const std::vector<T>& values) {
  out.number(values.size());
  for (const auto& value : values) write(out, value);
}

template <typename... Messages>
std::string encode_any(const std::variant<Messages...>& message) {
  WireWriter out;
  out.number(message.index());
  std::visit([&](const auto& alternative) { write(out, alternative); }, message);
  return out.bytes();
}

// --- reading ------------------------------------------------------------------------------------

void read(WireReader& in, std::string& value) { value = in.text(); }
void read(WireReader& in, uint64_t& value) { value = in.number(); }
void read(WireReader& in, bool& value) { value = in.number_up_to(1) == 1; }
void read(WireReader& in, char& value) { value = static_cast<char>(in.number_up_to(127)); }

template <typename T>
requires std::is_enum_v<T>
void read(WireReader& in, T& value) {
  value = static_cast<T>(in.number_up_to(static_cast<uint64_t>(last_value(T{}))));
}

template <typename A, typename B>
void read(WireReader& in, std::pair<A, B>& value) {
  read(in, value.first);
  read(in, value.second);
}

template <typename T>
void read(WireReader& in, std::vector<T>& values);

template <typename T>
requires requires(T& message) { fields(message); }
void read(WireReader& in, T& message) {
  std::apply([&](auto&... field) { (read(in, field), ...); }, fields(message));
}

// Grows as the elements turn up: a forged count cannot make it reserve more than was sent.
template <typename T>
void read(WireReader& in, std::vector<T>& values) {
  const uint64_t count = in.number_up_to(max_message_bytes / sizeof(uint64_t));
  for (uint64_t i = 0; i < count; i++) read(in, values.emplace_back());
}

// --- what must hold beyond the shape ------------------------------------------------------------

void require(bool holds, const char* what) {
  if (!holds) throw Error::of("malformed message: {}", what);
}

void require_oid(const Oid& oid) { require(is_oid(oid), "not an object id"); }

// An object that is not there has no id, every other one has.
void require_entry(EntryKind kind, const Oid& oid) {
  if (kind == EntryKind::missing)
    require(oid.empty(), "an id of nothing");
  else
    require_oid(oid);
}

void require_oids(const std::vector<Oid>& oids) {
  require(oids.size() <= piece_size, "too long a piece");
  for (const auto& oid : oids) require_oid(oid);
}

void require_depth(uint64_t depth) {
  constexpr uint64_t max_depth = 1'000'000'000;
  require(depth >= 1 && depth <= max_depth, "odd depth");
}

template <typename Message>
void verify(const Message&) {}
void verify(const FetchHello& m) { require_depth(m.depth); }
void verify(const FetchBlobs& m) { require_oids(m.blobs); }
void verify(const Deepen& m) { require_depth(m.by); }
void verify(const ResolveOlder& m) { require_oid(m.commit); }
void verify(const ListMissing& m) { require_entry(m.kind, m.oid); }
void verify(const WriteTree& m) { require_oid(m.oid); }
void verify(const Diff& m) {
  require_entry(m.before_kind, m.before);
  require_entry(m.after_kind, m.after);
}
void verify(const Tips& m) {
  for (const auto& [branch, oid] : m.tips) require_oid(oid);
}
void verify(const Resolved& m) {
  if (m.resolution == Resolution::found)
    require_oid(m.commit);
  else
    require(m.commit.empty() && m.entries.empty(), "content of no commit");
  for (const auto& entry : m.entries) require_entry(entry.kind, entry.oid);
}
void verify(const MissingBlobs& m) { require_oids(m.blobs); }
void verify(const Differences& m) {
  require(m.differences.size() <= piece_size, "too long a piece");
  constexpr std::string_view letters = "AMDT";
  for (const auto& difference : m.differences)
    require(letters.find(difference.status) != std::string_view::npos, "odd status letter");
}

template <typename Message, typename Variant>
Variant decode_one(WireReader& in) {
  Message message;
  read(in, message);
  in.end();
  verify(message);
  return message;
}

template <typename... Messages>
std::variant<Messages...> decode_any(std::string_view bytes, const std::variant<Messages...>*) {
  using Variant = std::variant<Messages...>;
  constexpr std::array decoders{&decode_one<Messages, Variant>...};
  WireReader in(bytes);
  return decoders.at(in.number_up_to(decoders.size() - 1))(in);
}

template <typename Variant>
Variant decode_as(std::string_view bytes) {
  return decode_any(bytes, static_cast<const Variant*>(nullptr));
}

}  // namespace

bool is_oid(std::string_view text) {
  constexpr size_t sha1_digits = 40;
  constexpr size_t sha256_digits = 64;
  return (text.size() == sha1_digits || text.size() == sha256_digits) &&
         std::all_of(text.begin(), text.end(), [](char digit) {
           return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f');
         });
}

std::string encode(const FetchRequest& request) { return encode_any(request); }
std::string encode(const ReadRequest& request) { return encode_any(request); }
std::string encode(const Answer& answer) { return encode_any(answer); }

FetchRequest decode_fetch_request(std::string_view bytes) { return decode_as<FetchRequest>(bytes); }
ReadRequest decode_read_request(std::string_view bytes) { return decode_as<ReadRequest>(bytes); }
Answer decode_answer(std::string_view bytes) { return decode_as<Answer>(bytes); }

}  // namespace overlayd::git
