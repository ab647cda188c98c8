package dev.cairn.cdk;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/**
 * A template as tests read it: references as {@code Orders/Table.Arn}, without the hashes that the
 * CDK adds to names.
 */
record Resources(JsonNode template) {

  /** The only resource of this type. */
  JsonNode only(String type) {
    List<JsonNode> found = all(type);
    if (found.size() != 1) {
      throw new AssertionError(found.size() + " resources of type " + type + " instead of one");
    }
    return found.getFirst();
  }

  List<JsonNode> all(String type) {
    return StreamSupport.stream(template.get("Resources").spliterator(), false)
        .filter(resource -> resource.get("Type").asText().equals(type))
        .toList();
  }

  /** The resource whose logical name begins so. */
  JsonNode named(String type, String name) {
    List<JsonNode> found = new ArrayList<>();
    template
        .get("Resources")
        .properties()
        .forEach(
            entry -> {
              if (entry.getValue().get("Type").asText().equals(type)
                  && bare(entry.getKey()).equals(name)) {
                found.add(entry.getValue());
              }
            });
    if (found.size() != 1) {
      throw new AssertionError(found.size() + " resources named " + name + " of type " + type);
    }
    return found.getFirst();
  }

  /** Returns the properties of a resource. */
  static JsonNode properties(JsonNode resource) {
    return resource.get("Properties");
  }

  /** Type and bare name of everything. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    template
        .get("Resources")
        .properties()
        .forEach(
            entry -> names.add(entry.getValue().get("Type").asText() + " " + bare(entry.getKey())));
    return names;
  }

  /** {@code purpose: actions on resources} of each statement of a role. */
  List<String> statements(String role) {
    JsonNode policies = named("AWS::IAM::Role", role).at("/Properties/Policies");
    List<String> statements = new ArrayList<>();
    for (JsonNode policy : policies) {
      for (JsonNode statement : policy.at("/PolicyDocument/Statement")) {
        statements.add(
            statement.get("Effect").asText()
                + " "
                + statement.get("Sid").asText()
                + ": "
                + String.join(" ", texts(statement.get("Action")))
                + " on "
                + String.join(" ", texts(statement.get("Resource"))));
      }
    }
    return statements;
  }

  /** Each variable of a function's environment. */
  Map<String, String> environment(String function) {
    Map<String, String> variables = new TreeMap<>();
    named("AWS::Lambda::Function", function)
        .at("/Properties/Environment/Variables")
        .properties()
        .forEach(entry -> variables.put(entry.getKey(), text(entry.getValue())));
    return variables;
  }

  private static List<String> texts(JsonNode oneOrMore) {
    return oneOrMore.isArray()
        ? StreamSupport.stream(oneOrMore.spliterator(), false).map(Resources::text).toList()
        : List.of(text(oneOrMore));
  }

  /** A value with its references written out. */
  static String text(JsonNode value) {
    if (value.has("Ref")) {
      return bare(value.get("Ref").asText());
    }
    if (value.has("Fn::GetAtt")) {
      return bare(value.at("/Fn::GetAtt/0").asText()) + "." + value.at("/Fn::GetAtt/1").asText();
    }
    if (value.has("Fn::Join")) {
      return String.join("", texts(value.at("/Fn::Join/1")));
    }
    return value.isValueNode() ? value.asText() : value.toString();
  }

  private static String bare(String name) {
    return name.replaceFirst("[0-9A-F]{8}([0-9a-f]{32})?$", "");
  }
}
