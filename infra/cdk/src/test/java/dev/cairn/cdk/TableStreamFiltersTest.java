package dev.cairn.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cairn.id.JobId;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What of the table's stream wakes the coordinator, by the rules of Lambda's filters. */
class TableStreamFiltersTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void anAcknowledgementWakesTheCoordinator() throws IOException {
    assertThat(wakes("INSERT", "ACK#flights#7", "delays/shardId-000000000000", "{}")).isTrue();
  }

  @Test
  void aRequestOnTheJobsItemWakesTheCoordinatorHoweverItIsTyped() throws IOException {
    for (String typed : new String[] {"{\"S\":\"7\"}", "{\"N\":\"7\"}"}) {
      assertThat(wakes("MODIFY", "JOB#flights", "JOB", "{\"restoreCheckpointId\":" + typed + "}"))
          .isTrue();
    }
    assertThat(wakes("MODIFY", "JOB#flights", "JOB", "{\"command\":{\"S\":\"savepoint\"}}"))
        .isTrue();
    assertThat(wakes("MODIFY", "JOB#flights", "JOB", "{\"status\":{\"S\":\"RUNNING\"}}")).isFalse();
  }

  @Test
  void noItemOfAnotherJobInTheTableDoes() throws IOException {
    for (String other : new String[] {"flight", "flights-trial"}) {
      assertThat(wakes("INSERT", "ACK#" + other + "#7", "delays/shardId-000000000000", "{}"))
          .isFalse();
      assertThat(wakes("MODIFY", "JOB#" + other, "JOB", "{\"command\":{\"S\":\"savepoint\"}}"))
          .isFalse();
    }
  }

  @Test
  void noFileInsideTheTableDoes() throws IOException {
    String content =
        "{\"content\":{\"B\":\"AA==\"},\"sha256\":{\"S\":\"00\"},\"sizeBytes\":{\"N\":\"1\"},"
            + "\"lastModified\":{\"S\":\"2026-11-21T10:00:00Z\"}}";
    for (Map.Entry<String, String> key :
        Map.of(
                "FILE#flights#0", "flights/chk-1/_metadata",
                "FILE#JOB#a", "JOB",
                "FILE#ACK#f", "ACK/JOB")
            .entrySet()) {
      for (String event : new String[] {"INSERT", "MODIFY", "REMOVE"}) {
        assertThat(wakes(event, key.getKey(), key.getValue(), content)).isFalse();
      }
    }
  }

  private static boolean wakes(String eventName, String pk, String sk, String newImage)
      throws IOException {
    JsonNode event =
        JSON.readTree(
            String.format(
                Locale.ROOT,
                "{\"eventName\":\"%s\",\"dynamodb\":{\"Keys\":{\"pk\":{\"S\":\"%s\"},"
                    + "\"sk\":{\"S\":\"%s\"}},\"NewImage\":%s}}",
                eventName,
                pk,
                sk,
                newImage));
    for (String pattern : TableStreamFilters.of(new JobId("flights"))) {
      if (matches(JSON.readTree(pattern), event)) {
        return true;
      }
    }
    return false;
  }

  /** A list is any of its values, an object all of its fields. */
  private static boolean matches(JsonNode pattern, JsonNode value) {
    if (pattern.isArray()) {
      for (JsonNode one : pattern) {
        if (isMatch(one, value)) {
          return true;
        }
      }
      return false;
    }
    for (Map.Entry<String, JsonNode> field : pattern.properties()) {
      if (!matches(field.getValue(), value.path(field.getKey()))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isMatch(JsonNode rule, JsonNode value) {
    if (rule.has("prefix")) {
      return value.isTextual() && value.asText().startsWith(rule.get("prefix").asText());
    }
    if (rule.has("exists")) {
      return value.isMissingNode() != rule.get("exists").asBoolean();
    }
    return rule.equals(value);
  }
}
