#include "git/messages.h"

#include <gtest/gtest.h>

#include <random>

#include "base/error.h"

namespace overlayd::git {
namespace {

const Oid a(40, 'a');
const Oid b(64, 'b');

const std::vector<FetchRequest> fetch_requests{
    FetchHello{"https://example.org/x", "/var/lib/m.git", "/private", 7},
    ListTips{{"main", "odd\n\"name"}},
    ListBranches{},
    FetchBranches{{"main"}},
    FetchBlobs{{a, b}, false},
    Deepen{12},
    FetchRevision{"v1"}};
const std::vector<ReadRequest> read_requests{
    ReadHello{"/m.git", "/staging"},
    Resolve{"main~1", {"web/etc", "."}},
    ResolveOlder{a, {"web"}},
    ListMissing{b, EntryKind::file},
    WriteTree{a, EntryKind::executable, "name", {"/etc/web"}},
    Diff{"", EntryKind::missing, b, EntryKind::symlink}};
const std::vector<Answer> answers{Tips{{{"main", a}, {"other", b}}},
                                  Branches{{"main", "odd\n\"name"}},
                                  Fetched{{"main"}, false, false},
                                  Resolved{Resolution::found,
                                           a,
                                           "subject",
                                           "author",
                                           1234567890,
                                           {{EntryKind::directory, b}, {EntryKind::missing, ""}}},
                                  MissingBlobs{{a}, true},
                                  Written{"why not", true},
                                  Differences{{{'A', "x"}, {'T', "y"}}, false},
                                  Failure{FailureKind::damaged, "message"},
                                  Progress{}};

template <typename Message>
Message decode(std::string_view bytes) {
  if constexpr (std::is_same_v<Message, FetchRequest>)
    return decode_fetch_request(bytes);
  else if constexpr (std::is_same_v<Message, ReadRequest>)
    return decode_read_request(bytes);
  else
    return decode_answer(bytes);
}

template <typename Message>
void expect_round_trip(const std::vector<Message>& messages) {
  ASSERT_EQ(messages.size(), std::variant_size_v<Message>) << "one of each";
  for (size_t i = 0; i < messages.size(); i++) {
    ASSERT_EQ(messages[i].index(), i);
    const std::string bytes = encode(messages[i]);
    const auto again = decode<Message>(bytes);
    EXPECT_EQ(again.index(), i);
    EXPECT_EQ(encode(again), bytes);
  }
}

// Whatever comes in: an Error, or a message that means exactly these bytes.
template <typename Message>
void expect_survival(const std::string& bytes) {
  try {
    EXPECT_EQ(encode(decode<Message>(bytes)), bytes);
  } catch (const Error&) {
    SUCCEED();
  }
}

template <typename Message>
void mistreat(const std::vector<Message>& messages) {
  std::mt19937 random(1);  // the same every time
  for (const auto& message : messages) {
    const std::string whole = encode(message);
    for (size_t size = 0; size < whole.size(); size++)
      EXPECT_THROW(decode<Message>(whole.substr(0, size)), Error) << size;
    EXPECT_THROW(decode<Message>(whole + '\0'), Error);
    for (size_t bit = 0; bit < 8 * whole.size(); bit++) {
      std::string flipped = whole;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      expect_survival<Message>(flipped);
    }
    for (int round = 0; round < 2000; round++) {
      std::string spoilt = whole;
      for (int i = 0; i < 4; i++) spoilt[random() % spoilt.size()] = static_cast<char>(random());
      expect_survival<Message>(spoilt);
    }
  }
}

TEST(Messages, EveryMessageSurvivesTheWay) {
  expect_round_trip(fetch_requests);
  expect_round_trip(read_requests);
  expect_round_trip(answers);
}

TEST(Messages, FieldsComeOutAsTheyWentIn) {
  const auto answer = std::get<Resolved>(decode_answer(encode(answers[3])));
  EXPECT_EQ(answer.commit, a);
  EXPECT_EQ(answer.subject, "subject");
  EXPECT_EQ(answer.time, 1234567890U);
  ASSERT_EQ(answer.entries.size(), 2U);
  EXPECT_EQ(answer.entries[0].kind, EntryKind::directory);
  EXPECT_EQ(answer.entries[0].oid, b);
  EXPECT_EQ(answer.entries[1].kind, EntryKind::missing);
  const auto fetched = std::get<Fetched>(decode_answer(encode(answers[2])));
  EXPECT_FALSE(fetched.changed);
  EXPECT_FALSE(fetched.filtered);
}

TEST(Messages, DamagedBytesAreAnErrorOrAnotherWholeMessage) {
  mistreat(fetch_requests);
  mistreat(read_requests);
  mistreat(answers);
}

TEST(Messages, IdsAreHexOfTheRightLength) {
  EXPECT_TRUE(is_oid(a));
  EXPECT_TRUE(is_oid(b));
  for (const auto& wrong : {std::string(), a.substr(1), a + "a", std::string(40, 'A'),
                            std::string(40, 'g'), std::string(40, '\0')})
    EXPECT_FALSE(is_oid(wrong)) << wrong;
}

template <typename Message>
void expect_refused(const Message& message) {
  EXPECT_THROW(decode<Message>(encode(message)), Error);
}

TEST(Messages, ForgedAnswersAreRefused) {
  expect_refused<Answer>(Tips{{{"main", "../../etc"}}});
  expect_refused<Answer>(Resolved{Resolution::found, "short", "", "", 0, {}});
  expect_refused<Answer>(Resolved{Resolution::unknown, a, "", "", 0, {}});
  expect_refused<Answer>(Resolved{Resolution::found, a, "", "", 0, {{EntryKind::file, "/etc"}}});
  expect_refused<Answer>(Resolved{Resolution::found, a, "", "", 0, {{EntryKind::missing, a}}});
  expect_refused<Answer>(MissingBlobs{{"x"}, true});
  expect_refused<Answer>(MissingBlobs{std::vector<Oid>(piece_size + 1, a), true});
  expect_refused<Answer>(Differences{{{'X', "x"}}, true});
}

TEST(Messages, RequestsAreCheckedAsWell) {
  expect_refused<FetchRequest>(FetchHello{"u", "m", "s", 0});
  expect_refused<FetchRequest>(FetchBlobs{{"--upload-pack=x"}, true});
  expect_refused<FetchRequest>(Deepen{0});
  expect_refused<ReadRequest>(WriteTree{"", EntryKind::directory, "name", {}});
  expect_refused<ReadRequest>(Diff{"", EntryKind::file, "", EntryKind::missing});
}

}  // namespace
}  // namespace overlayd::git
