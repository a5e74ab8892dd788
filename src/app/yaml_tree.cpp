// SPDX-License-Identifier: Apache-2.0
#include "app/yaml_tree.h"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cctype>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace carbon::app {
namespace {

namespace json = boost::json;

constexpr size_t kMostValues = 300'000;

template <size_t N>
bool IsOneOf(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

json::value PlainValue(const std::string& text) {
  constexpr auto kNull = std::to_array<std::string_view>({"", "~", "null"});
  constexpr auto kTrue = std::to_array<std::string_view>({"y", "yes", "on", "true"});
  constexpr auto kFalse = std::to_array<std::string_view>({"n", "no", "off", "false"});
  std::string word = text;
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  if (IsOneOf(word, kNull)) {
    return nullptr;
  }
  if (IsOneOf(word, kTrue) || IsOneOf(word, kFalse)) {
    return IsOneOf(word, kTrue);
  }
  if (const auto whole = ParseInt(text)) {
    return *whole;
  }
  const auto number = ParseDouble(text);
  return number ? json::value(*number) : json::value(text);
}

/// Makes a tree of nodes, and remembers the first thing that was wrong.
class TreeMaker {
 public:
  explicit TreeMaker(size_t first_line) : first_line_(first_line) {}

  json::value Make(const YAML::Node& node, size_t depth = 0) {
    if (depth > kDeepestNesting) {
      TooDeep(node.Mark());
    } else if (++values_ > kMostValues) {
      Fail(node.Mark(), "holds more than " + std::to_string(kMostValues) + " values");
    }
    if (!why_.empty()) {
      return nullptr;
    }
    if (node.IsScalar()) {
      return node.Tag() == "?" ? PlainValue(node.Scalar()) : json::value(node.Scalar());
    }
    if (node.IsSequence()) {
      json::array items;
      for (const YAML::Node& item : node) {
        items.push_back(Make(item, depth + 1));
      }
      return items;
    }
    return node.IsMap() ? MakeObject(node, depth) : json::value(nullptr);
  }

  void Fail(const YAML::Mark& mark, const std::string& why) {
    if (why_.empty()) {
      const size_t line = mark.is_null() ? 0 : static_cast<size_t>(mark.line);
      why_ = std::to_string(first_line_ + line) + ": " + why;
    }
  }
  void TooDeep(const YAML::Mark& mark) {
    Fail(mark, "nests more than " + std::to_string(kDeepestNesting) + " deep");
  }
  const std::string& why() const { return why_; }

 private:
  json::value MakeObject(const YAML::Node& map, size_t depth) {
    json::object object;
    json::object merged;
    for (const auto& entry : map) {
      if (!entry.first.IsScalar()) {
        Fail(entry.first.Mark(), "a key is not text");
        return nullptr;
      }
      if (entry.first.Scalar() == "<<") {
        Merge(entry.second, depth, merged);
      } else if (!object.emplace(entry.first.Scalar(), Make(entry.second, depth + 1)).second) {
        Fail(entry.first.Mark(), "key '" + Printable(entry.first.Scalar()) + "' stands twice");
      }
    }
    object.insert(merged.begin(), merged.end());  // only what is not there yet
    return object;
  }

  /// A map, or a list of maps of which the first comes first.
  void Merge(const YAML::Node& node, size_t depth, json::object& merged) {
    const json::value other = Make(node, depth + 1);
    const json::array others = other.is_array() ? other.get_array() : json::array{other};
    for (const json::value& each : others) {
      if (!each.is_object()) {
        Fail(node.Mark(), "<< merges maps only");
        return;
      }
      merged.insert(each.get_object().begin(), each.get_object().end());
    }
  }

  size_t first_line_;
  size_t values_ = 0;
  std::string why_;
};

/// Hears where a document begins, and nothing else.
class DocumentStart : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override { at = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

  YAML::Mark at;
};

/// Where what follows the first object begins, which YAML::Load does not read. Not by
/// YAML::LoadAll: behind a stray bracket that finds objects without end.
std::optional<YAML::Mark> SecondObjectIn(const std::string& document) {
  std::istringstream text(document);
  YAML::Parser parser(text);
  DocumentStart start;
  return parser.HandleNextDocument(start) && parser.HandleNextDocument(start)
             ? std::optional(start.at)
             : std::nullopt;
}

}  // namespace

Result<json::value> TreeOfYaml(const std::string& document, size_t first_line) {
  TreeMaker maker(first_line);
  json::value tree;
  try {
    if (const auto second = SecondObjectIn(document)) {
      maker.Fail(*second, "a line '---' is missing before what begins here");
    } else {
      tree = maker.Make(YAML::Load(document));
    }
  } catch (const YAML::DeepRecursion&) {
    maker.TooDeep(YAML::Mark::null_mark());  // the parser's own is where it had read to
  } catch (const YAML::Exception& error) {
    maker.Fail(error.mark, "not YAML: " + Printable(error.msg));
  }
  return maker.why().empty() ? Result<json::value>(std::move(tree)) : Invalid(maker.why());
}

}  // namespace carbon::app
