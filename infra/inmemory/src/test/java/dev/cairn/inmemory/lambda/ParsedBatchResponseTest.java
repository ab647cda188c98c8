package dev.cairn.inmemory.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.id.SequenceNumber;
import dev.cairn.stream.StreamRecord;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The cases that Lambda's documentation lists under "success and failure conditions". */
final class ParsedBatchResponseTest {
  private static final List<StreamRecord> BATCH =
      Stream.of("101", "102", "103").map(ParsedBatchResponseTest::record).toList();
  private static final ParsedBatchResponse ALL = new ParsedBatchResponse.AllDone();
  private static final ParsedBatchResponse NOTHING = new ParsedBatchResponse.NothingDone();

  @ParameterizedTest
  @MethodSource
  void means(String response, ParsedBatchResponse meaning) {
    assertThat(ParsedBatchResponse.of(response.getBytes(StandardCharsets.UTF_8), BATCH))
        .isEqualTo(meaning);
  }

  static Stream<Arguments> means() {
    return Stream.of(
        Arguments.of("", ALL),
        Arguments.of("null", ALL),
        Arguments.of("{}", ALL),
        Arguments.of("{\"batchItemFailures\":null}", ALL),
        Arguments.of("{\"batchItemFailures\":[]}", ALL),
        Arguments.of("{\"other\":{\"batchItemFailures\":[{\"itemIdentifier\":\"101\"}]}}", ALL),
        Arguments.of(failed("\"101\""), from("101")),
        Arguments.of(failed("\"103\"", "\"102\""), from("102")),
        Arguments.of(
            "{\"x\":[1,{}],\"batchItemFailures\":[{\"y\":[],\"itemIdentifier\":\"103\"}],\"z\":2}",
            from("103")),
        Arguments.of(failed("\"\""), NOTHING),
        Arguments.of(failed("null"), NOTHING),
        Arguments.of(failed("102"), NOTHING),
        Arguments.of(failed("\"103\"", "\"104\""), NOTHING),
        Arguments.of("{\"batchItemFailures\":[{\"identifier\":\"101\"}]}", NOTHING),
        Arguments.of("{\"batchItemFailures\":[\"101\"]}", NOTHING),
        Arguments.of("{\"batchItemFailures\":\"101\"}", NOTHING),
        Arguments.of("{\"batchItemFailures\":[", NOTHING),
        Arguments.of("\"done\"", NOTHING),
        Arguments.of("done", NOTHING));
  }

  private static String failed(String... identifiers) {
    return Stream.of(identifiers)
        .map(identifier -> "{\"itemIdentifier\":" + identifier + "}")
        .toList()
        .toString()
        .transform(list -> "{\"batchItemFailures\":" + list + "}");
  }

  private static ParsedBatchResponse from(String number) {
    return new ParsedBatchResponse.FailedFrom(new SequenceNumber(number));
  }

  private static StreamRecord record(String number) {
    return new StreamRecord("key", new SequenceNumber(number), new byte[0], Instant.EPOCH);
  }
}
