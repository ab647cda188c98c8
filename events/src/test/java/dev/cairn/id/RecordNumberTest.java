package dev.cairn.id;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordNumberTest {
  @Test
  void numbersAreOrderedAsTheirRecords() {
    List<RecordNumber> ordered =
        Stream.of("9", "10", "10.0", "10.2", "10.10", "11").map(RecordNumber::parse).toList();

    assertThat(ordered.reversed().stream().sorted()).isEqualTo(ordered);
  }

  @ParameterizedTest
  @ValueSource(strings = {"49", "49.0", "49.12"})
  void aNumberIsReadAsItIsWritten(String text) {
    assertThat(RecordNumber.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "49.", ".1", "49.x", "49.-1", "49.01", "49.+1", "49.1.2", "x"})
  void otherTextsAreRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> RecordNumber.parse(text));
  }
}
