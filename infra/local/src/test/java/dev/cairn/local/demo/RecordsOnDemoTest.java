package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Records that go into the stream, and dead letters that come out. */
class RecordsOnDemoTest extends CommandsOnDemo {
  @Test
  void deadLettersAreListedShownAndSentAgainOnce() throws IOException {
    JsonNode listed = cairn("dead-letters", "list", "--json").json();
    assertThat(listed.get("deadLetters").intValue()).isEqualTo(1);
    String record = listed.at("/shown/0/sequenceNumber").textValue();
    assertThat(cairn("dead-letters", "list").out())
        .contains("record " + record, listed.at("/shown/0/cause").textValue());

    assertThat(cairn("dead-letters", "show", record.substring(record.length() - 6)).out())
        .contains("record      " + record, "sent again  no", "data        ");
    JsonNode shown = cairn("dead-letters", "show", record, "--json").json();
    assertThat(Base64.getDecoder().decode(shown.get("data").textValue())).isNotEmpty();

    Answer unknown = cairn("dead-letters", "retry", "4711471147114711");
    assertThat(unknown.exitCode()).isEqualTo(1);
    assertThat(unknown.err()).contains("there is no dead letter of a record");
    for (String[] wrong :
        List.<String[]>of(
            new String[] {"dead-letters", "retry"},
            new String[] {"dead-letters", "show"},
            new String[] {"dead-letters", "burn"},
            new String[] {"dead-letters", "list", "--limit", "0"})) {
      assertThat(cairn(wrong).exitCode()).isEqualTo(2);
    }
  }

  /** Sent alone, it would be applied to another state. */
  @Test
  void aUserRecordWhoseHashKeyOnlyItsAggregateHasIsNotSentAgain() throws IOException {
    Path whole;
    try (Stream<Path> files = Files.walk(demo.home().resolve("storage"))) {
      whole =
          files
              .filter(file -> file.toString().contains("dead-letters") && Files.isRegularFile(file))
              .findFirst()
              .orElseThrow();
    }
    Path part = whole.resolveSibling(whole.getFileName() + ".7");
    ObjectNode letter = (ObjectNode) JSON.readTree(Files.readAllBytes(whole));
    letter.put("subSequenceNumber", 7).put("explicitHashKey", "1").put("boundBy", "aggregate");
    try {
      Files.write(part, JSON.writeValueAsBytes(letter));

      assertThat(cairn("dead-letters", "show", ".7").out())
          .contains("record      " + part.getFileName());
      assertFails(
          ExitCode.UNUSABLE,
          ".7 has its state under the explicit hash key of its aggregate",
          "dead-letters",
          "retry",
          ".7");
    } finally {
      Files.delete(part);
    }
  }

  /** Or all records would go under one key, and into its state. */
  @Test
  void aKeyThatNoRecordHasIsRefusedBeforeAnythingIsSent() throws IOException {
    Path input = Files.writeString(demo.home().resolve("keys.jsonl"), "{\"tail\":\"N1\"}\n");
    assertFails(
        ExitCode.UNUSABLE,
        "has a field \"tailnum\" (--key): all records would get the key UNKNOWN. The first"
            + " record is:"
            + " {\"tail\":\"N1\"}",
        "feed",
        input.toString(),
        "--key",
        "tailnum",
        "--stream",
        "any");
  }

  @Test
  void theDemosStreamCannotBeFedFromOutsideAndThatIsSaid() throws IOException {
    Path input = Files.writeString(demo.home().resolve("in.jsonl"), "{\"k\":\"a\"}\n");
    assertFails(
        ExitCode.UNUSABLE,
        "the running demo's stream is inside its process",
        "feed",
        input.toString(),
        "--key",
        "k");
    assertFails(
        ExitCode.UNUSABLE, "the records' partition key is not known", "feed", input.toString());
    assertFails(
        ExitCode.UNUSABLE,
        "the table does not say which stream job flights reads",
        "feed",
        input.toString(),
        "--key",
        "k",
        "--endpoint",
        demo.endpoint().toString(),
        "--table",
        "cairn",
        "--job",
        "flights");
    assertFails(ExitCode.UNUSABLE, "none.csv is not a file", "feed", "none.csv", "--key", "k");
    assertFails(
        ExitCode.UNUSABLE, "(--rate)", "feed", input.toString(), "--key", "k", "--rate", "0");
    assertFails(ExitCode.UNUSABLE, "Missing required parameter: 'FILE'", "feed");
  }
}
