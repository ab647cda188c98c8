package dev.cairn.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.storage.DamagedFileException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RunTest {
  private static final BlockChecksum CHECKSUM = new BlockChecksum();

  /** Finds no fault with any block, so only the structure is left to notice damage. */
  private static final BlockChecksum NO_CHECK =
      new BlockChecksum() {
        @Override
        public boolean matches(int stored, byte[] bytes, int off, int len) {
          return true;
        }
      };

  private static RunReader open(byte[] file) {
    return RunReader.open(file, "job/shared/run-1", CHECKSUM);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void readsBackWhatWasWritten(long seed) {
    NavigableMap<StateKey, Change> model =
        new RandomChanges(seed).sorted(seed % 2 == 0 ? 5_000 : 200, 400);

    RunReader run = open(RunWriter.write(model.values()));

    assertThat(run.count()).isEqualTo(model.size());
    assertThat(RandomChanges.lines(run)).isEqualTo(RandomChanges.lines(model.values()));
    for (int partitionKey = 0; partitionKey < 450; partitionKey++) {
      for (int state = 0; state < 3; state++) {
        for (int place = 0; place < 4; place++) {
          StateKey key = RandomChanges.key(partitionKey, state, place);
          assertThat(run.find(key).map(RandomChanges::line))
              .isEqualTo(Optional.ofNullable(model.get(key)).map(RandomChanges::line));
        }
      }
      String name = "key-" + partitionKey;
      List<Change> ofKey =
          model.values().stream()
              .filter(change -> change.key().parts().partitionKey().equals(name))
              .toList();
      assertThat(RandomChanges.lines(run.ofKey(KeyHash.of(name), name)))
          .isEqualTo(RandomChanges.lines(ofKey));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24, 25, 26})
  void limitedToAHashRangeItHasThatPartOnly(long seed) {
    NavigableMap<StateKey, Change> model = new RandomChanges(seed).sorted(4_000, 300);
    RunReader whole = open(RunWriter.write(model.values()));
    KeyHash bound = KeyHash.of("key-" + seed);
    HashRange left = new HashRange(HashRange.ALL.from(), bound);
    HashRange right = new HashRange(bound, HashRange.ALL.to());

    for (HashRange range : List.of(left, right)) {
      List<Change> expected =
          model.values().stream().filter(change -> range.contains(change.key().hash())).toList();
      assertThat(RandomChanges.lines(whole.within(range))).isEqualTo(RandomChanges.lines(expected));
    }
    assertThat(RandomChanges.lines(whole.within(left).within(right)))
        .isEqualTo(RandomChanges.lines(whole.ofKey(bound, "key-" + seed)));
    model.keySet().stream()
        .filter(key -> !left.contains(key.hash()))
        .forEach(
            key -> {
              assertThat(whole.within(left).find(key)).isEmpty();
              assertThat(whole.within(left).ofKey(key.hash(), key.parts().partitionKey()))
                  .isEmpty();
            });
  }

  @Test
  void rangesWithNothingInCommonAreRefused() {
    RunReader run =
        open(RunWriter.write(List.of()))
            .within(new HashRange(new KeyHash(0, 0), new KeyHash(0, 9)));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> run.within(new HashRange(new KeyHash(1, 0), new KeyHash(2, 0))))
        .withMessageContaining("nothing in common");
  }

  @Test
  void anEmptyRunIsARun() {
    RunReader run = open(RunWriter.write(List.of()));

    assertThat(run.count()).isZero();
    assertThat(run).isEmpty();
    assertThat(run.find(RandomChanges.key(1, 0, 0))).isEmpty();
  }

  @Test
  void aValueMayBeLargerThanABlockAndThanWhatIsCompressed() {
    byte[] large = new byte[6 << 20];
    Arrays.fill(large, (byte) 'a');
    List<Change> changes = new ArrayList<>(RandomChanges.small());
    changes.set(2, new Change.Put(changes.get(2).key(), large));

    assertThat(RandomChanges.lines(open(RunWriter.write(changes))))
        .isEqualTo(RandomChanges.lines(changes));
  }

  @Test
  void blocksAreCompressed() {
    NavigableMap<StateKey, Change> changes = new TreeMap<>();
    IntStream.range(0, 2_000)
        .mapToObj(i -> RandomChanges.put(i, "the same value again and again"))
        .forEach(put -> changes.put(put.key(), put));
    int plain = changes.keySet().stream().mapToInt(key -> key.bytes().length + 30).sum();

    assertThat(RunWriter.write(changes.values())).hasSizeLessThan(plain * 6 / 10);
  }

  @Test
  void theSameChangesGiveTheSameBytes() {
    assertThat(RunWriter.write(new RandomChanges(5).sorted(3_000, 100).values()))
        .isEqualTo(RunWriter.write(new RandomChanges(5).sorted(3_000, 100).values()));
  }

  @Test
  void keysThatDoNotAscendAreRefused() {
    List<Change> changes = RandomChanges.small();

    assertThatIllegalArgumentException().isThrownBy(() -> RunWriter.write(changes.reversed()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunWriter.write(List.of(changes.get(0), changes.get(0))))
        .withMessageContaining("strictly ascending");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> RunWriter.write(List.of(new Change.Removed(StateKey.ofBytes(new byte[15])))))
        .withMessageContaining("16 bytes");
  }

  @Test
  void aPointLookUpReadsOneBlockAndAMissUsuallyNone() {
    NavigableMap<StateKey, Change> model = new TreeMap<>();
    IntStream.range(0, 5_000)
        .forEach(i -> model.put(RandomChanges.key(i, 0, 0), RandomChanges.put(i, "value " + i)));
    AtomicInteger checked = new AtomicInteger();
    BlockChecksum counting =
        new BlockChecksum() {
          @Override
          public boolean matches(int stored, byte[] bytes, int off, int len) {
            checked.incrementAndGet();
            return super.matches(stored, bytes, off, len);
          }
        };
    RunReader run = RunReader.open(RunWriter.write(model.values()), "run", counting);

    model
        .keySet()
        .forEach(
            key -> {
              checked.set(0);
              assertThat(run.find(key)).isPresent();
              assertThat(checked).hasValue(1);
            });
    checked.set(0);
    IntStream.range(5_000, 10_000)
        .forEach(i -> assertThat(run.find(RandomChanges.key(i, 0, 0))).isEmpty());
    assertThat(checked).hasValueLessThan(100);
  }

  @Test
  void everyFlippedBitIsNoticed() {
    List<Change> changes = RandomChanges.small();
    byte[] file = RunWriter.write(changes);
    for (int at = 0; at < file.length; at++) {
      for (int bits : new int[] {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x55, 0xFF}) {
        byte[] damaged = file.clone();
        damaged[at] ^= (byte) bits;
        assertThatThrownBy(() -> readAll(damaged, CHECKSUM))
            .as("byte %d with %x flipped", at, bits)
            .isInstanceOf(DamagedFileException.class)
            .hasMessageContaining("job/shared/run-1");
      }
    }
  }

  @Test
  void withoutTheCheckTheSameFlipsGoUnnoticedOrAreDamageButNothingElse() {
    byte[] large = RunWriter.write(new RandomChanges(31).sorted(300, 40).values());
    int unnoticed = 0;
    for (byte[] file : List.of(RunWriter.write(RandomChanges.small()), large)) {
      int step = Math.max(1, file.length / 500);
      for (int at = 0; at < file.length; at += step) {
        for (int bits : new int[] {0x01, 0x80, 0x7F, 0xFF}) {
          byte[] damaged = file.clone();
          damaged[at] ^= (byte) bits;
          try {
            readAll(damaged, NO_CHECK);
            unnoticed++;
          } catch (DamagedFileException expected) {
            assertThat(expected).hasMessageContaining("job/shared/run-1");
          }
        }
      }
    }
    assertThat(unnoticed).as("flips that only a checksum can notice").isPositive();
  }

  @Test
  void everyTruncationIsNoticed() {
    byte[] file = RunWriter.write(RandomChanges.small());
    for (int length = 0; length < file.length; length++) {
      byte[] truncated = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> readAll(truncated, CHECKSUM))
          .as("the first %d bytes", length)
          .isInstanceOf(DamagedFileException.class);
      assertThatThrownBy(() -> readAll(truncated, NO_CHECK))
          .isInstanceOf(DamagedFileException.class);
    }
    assertThatThrownBy(() -> readAll(Arrays.copyOf(file, file.length + 1), CHECKSUM))
        .isInstanceOf(DamagedFileException.class);
  }

  @Test
  void damageNamesTheBlockAndWhatWasFound() {
    byte[] file = RunWriter.write(RandomChanges.small());
    file[20] ^= 1;

    assertThatThrownBy(() -> readAll(file, CHECKSUM))
        .hasMessageMatching(
            "job/shared/run-1 is damaged: block 0 at byte 5: expected checksum [0-9a-f]{8}, found [0-9a-f]{8} over"
                + " \\d+ bytes; put an intact copy back, or restore a checkpoint that does not need it");
  }

  @Test
  void aNewerFormatIsRefusedByItsVersion() {
    byte[] file = RunWriter.write(RandomChanges.small());
    file[4] = 2;

    assertThatThrownBy(() -> open(file))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("format version 2, and this version of Cairn reads up to 1");
  }

  @Test
  void fewBytesCannotAskForMuchMemory() {
    byte[] huge =
        new ByteOutput().putByte(1).putLength(Integer.MAX_VALUE).putBytes(new byte[9]).toBytes();

    assertThatThrownBy(
            () -> Frame.read(new StoredBytes(huge, "run", NO_CHECK), "block 0", 0, huge.length))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("at most 4194304 bytes of content, found 2147483647");
  }

  @Test
  void theFormatIsThatOfTheGoldenSample() {
    byte[] golden = golden("run-v1.hex");

    assertThat(golden[5]).as("codec of the first block").isEqualTo((byte) 1);
    assertThat(RandomChanges.lines(open(golden)))
        .isEqualTo(RandomChanges.lines(RandomChanges.small()));
  }

  // Not that of the sample above: platforms may compress the same content to other bytes.
  @Test
  void theBytesAreThoseOfThePlainGoldenSample() {
    byte[] golden = golden("run-v1-plain.hex");
    List<Change> one = RandomChanges.small().subList(0, 1);

    assertThat(RandomChanges.lines(open(golden))).isEqualTo(RandomChanges.lines(one));
    assertThat(HexFormat.of().formatHex(RunWriter.write(one)))
        .isEqualTo(HexFormat.of().formatHex(golden));
  }

  static byte[] golden(String name) {
    try (InputStream in = RunTest.class.getResourceAsStream(name)) {
      assertThat(in).as(name).isNotNull();
      String hex = new String(in.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", "");
      return HexFormat.of().parseHex(hex);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads in every way there is. */
  private static void readAll(byte[] file, BlockChecksum checksum) {
    RunReader run = RunReader.open(file, "job/shared/run-1", checksum);
    List<Change> all = new ArrayList<>();
    run.forEach(all::add);
    all.stream().limit(6).forEach(change -> run.find(change.key()));
    run.ofKey(KeyHash.of("key-1"), "key-1");
    run.within(new HashRange(new KeyHash(Long.MIN_VALUE, 0), HashRange.ALL.to()))
        .forEach(change -> {});
  }
}
