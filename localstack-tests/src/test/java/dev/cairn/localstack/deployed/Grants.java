package dev.cairn.localstack.deployed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import software.amazon.awssdk.services.iam.IamClient;

/** What a role allows, as it was deployed. */
final class Grants {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * One statement.
   *
   * @param purpose its Sid
   */
  record Statement(String purpose, Set<String> actions, List<String> resources) {

    boolean allows(RecordedCalls.Call call) {
      return actions.contains(call.action())
          && resources.stream().map(Statement::resourceOf).anyMatch(call::isOn);
    }

    /** Without partition, region and account, which a call does not tell. */
    private static String resourceOf(String arn) {
      return arn.equals("*") ? arn : arn.split(":", 6)[5];
    }
  }

  private Grants() {}

  static List<Statement> of(IamClient iam, String roleName) {
    List<Statement> statements = new ArrayList<>();
    for (String policy : iam.listRolePolicies(list -> list.roleName(roleName)).policyNames()) {
      String document =
          iam.getRolePolicy(get -> get.roleName(roleName).policyName(policy)).policyDocument();
      statements.addAll(read(document));
    }
    return statements;
  }

  private static List<Statement> read(String document) {
    try {
      String json =
          document.startsWith("%") ? URLDecoder.decode(document, StandardCharsets.UTF_8) : document;
      List<Statement> statements = new ArrayList<>();
      for (JsonNode statement : JSON.readTree(json).get("Statement")) {
        statements.add(
            new Statement(
                statement.get("Sid").asText(),
                new TreeSet<>(texts(statement.get("Action"))),
                texts(statement.get("Resource"))));
      }
      return statements;
    } catch (IOException e) {
      throw new AssertionError("a policy is not JSON: " + document, e);
    }
  }

  private static List<String> texts(JsonNode oneOrMany) {
    if (oneOrMany.isTextual()) {
      return List.of(oneOrMany.asText());
    }
    List<String> texts = new ArrayList<>();
    oneOrMany.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
