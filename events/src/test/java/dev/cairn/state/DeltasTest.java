package dev.cairn.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.storage.DamagedFileException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DeltasTest {
  private static final BlockChecksum CHECKSUM = new BlockChecksum();

  private static List<Change> decode(byte[] bytes) {
    return Deltas.decode(bytes, "entry 42", CHECKSUM);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void decodesWhatWasEncoded(long seed) {
    List<Change> changes = List.copyOf(new RandomChanges(seed).sorted(100, 20).values());

    assertThat(RandomChanges.lines(decode(Deltas.encode(changes))))
        .isEqualTo(RandomChanges.lines(changes));
  }

  @Test
  void noChangesAreSixBytes() {
    assertThat(Deltas.encode(List.of())).hasSize(6);
    assertThat(decode(Deltas.encode(List.of()))).isEmpty();
  }

  @Test
  void keysThatDoNotAscendAreRefused() {
    List<Change> descending = RandomChanges.small().reversed();

    assertThatIllegalArgumentException().isThrownBy(() -> Deltas.encode(descending));
  }

  @Test
  void everyFlippedBitAndEveryTruncationIsNoticed() {
    byte[] delta = Deltas.encode(RandomChanges.small());
    for (int at = 0; at < delta.length; at++) {
      for (int bits : new int[] {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x55, 0xFF}) {
        byte[] damaged = delta.clone();
        damaged[at] ^= (byte) bits;
        assertThatThrownBy(() -> decode(damaged))
            .as("byte %d with %x flipped", at, bits)
            .isInstanceOf(DamagedFileException.class)
            .hasMessageContaining("entry 42");
      }
      byte[] truncated = Arrays.copyOf(delta, at);
      assertThatThrownBy(() -> decode(truncated))
          .as("the first %d bytes", at)
          .isInstanceOf(DamagedFileException.class);
    }
  }

  @Test
  void aNewerFormatIsRefusedByItsVersion() {
    byte[] delta = Deltas.encode(RandomChanges.small());
    delta[0] = 2;

    assertThatThrownBy(() -> decode(delta))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("entry 42 has format version 2");
  }

  @Test
  void theFormatIsThatOfTheGoldenSamples() {
    byte[] golden = RunTest.golden("delta-v1.hex");
    byte[] plain = RunTest.golden("delta-v1-plain.hex");
    List<Change> one = RandomChanges.small().subList(0, 1);

    assertThat(golden[1]).as("codec").isEqualTo((byte) 1);
    assertThat(RandomChanges.lines(decode(golden)))
        .isEqualTo(RandomChanges.lines(RandomChanges.small()));
    assertThat(RandomChanges.lines(decode(plain))).isEqualTo(RandomChanges.lines(one));
    assertThat(HexFormat.of().formatHex(Deltas.encode(one)))
        .isEqualTo(HexFormat.of().formatHex(plain));
  }
}
