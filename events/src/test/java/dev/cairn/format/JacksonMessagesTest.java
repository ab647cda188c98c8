package dev.cairn.format;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JacksonMessagesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "no such route|no such route",
        "1.5 does not fit\\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION`"
            + " disabled); line: 1, column: 10] (through reference chain: shop.Order[\"cents\"])"
            + "|1.5 does not fit (line 1, column 10) (through reference chain: shop.Order[\"cents\"])",
        "bad\\n at [Source: (String)\"{\"a\":[1]}\"; line: 2, column: 7]|bad (line 2, column 7)",
        "bad\\n at [Source: (byte[])[4 bytes]; byte offset: #12]|bad (byte 12)",
        "bad\\n at [Source: UNKNOWN; byte offset: #UNKNOWN]|bad",
        "a\\n at [Source: X; line: 1, column: 2]; b\\n at [Source: Y; line: 3, column: 4]"
            + "|a (line 1, column 2); b (line 3, column 4)",
      })
  void aSourceIsReplacedByThePlace(String message, String shortened) {
    assertThat(JacksonMessages.withoutSource(message.replace("\\n", "\n"))).isEqualTo(shortened);
  }
}
