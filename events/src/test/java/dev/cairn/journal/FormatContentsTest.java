package dev.cairn.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.format.FormatVersion;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Writer;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What an entry may hold in each format, and that nothing of it is lost between write and read. */
class FormatContentsTest {
  private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");

  /** Every component of every kind, so that a forgotten field shows whatever it is. */
  @Test
  void entriesWithRandomContentAreReadAsTheyWereWritten() {
    for (long seed = 0; seed < 2_000; seed++) {
      Entry entry = new RandomRecords(seed).of(Entry.class);

      assertThat(EntryFormat.read(EntryFormat.write(entry)))
          .as("seed %d", seed)
          .usingRecursiveComparison()
          .isEqualTo(entry);
    }
  }

  /**
   * Each header of a copy differs from its origin in what the copy is for, and in nothing else: a
   * field that a copy forgets would be lost with the next entry.
   */
  @Test
  void theNextHeaderKeepsAllButTheAttempt() {
    Set<String> changed = Set.of("revision", "id", "prev", "writer", "writtenAt");
    for (long seed = 0; seed < 200; seed++) {
      Header header = new RandomRecords(seed).of(Header.class);
      Header next = header.next(new EntryId("next"), Writer.COORDINATOR, NOON);

      assertThat(differing(header, next)).as("seed %d", seed).isSubsetOf(changed);
    }
  }

  /** A halt is no reason to forget times, outputs or what is withheld. */
  @Test
  void aHaltKeepsWhatBelongsToTheState() {
    for (long seed = 0; seed < 200; seed++) {
      Header header = new RandomRecords(seed).of(Header.class);
      Header halted = header.suspended(new EntryId("halts"), new Epoch(2_000_000), NOON);
      Header resumed = halted.resumed(new EntryId("resumes"), new Epoch(2_000_001), false, NOON);

      assertThat(List.of(halted, resumed))
          .allSatisfy(
              entered -> {
                assertThat(entered.format()).isEqualTo(header.format());
                assertThat(entered.time()).isEqualTo(header.time());
                assertThat(entered.firstAppliedSub()).isEqualTo(header.firstAppliedSub());
                assertThat(entered.outputs()).isEqualTo(header.outputs());
                assertThat(entered.muteUntil()).isEqualTo(header.muteUntil());
              });
    }
  }

  /** What an earlier release does not know is refused where it is written, by name. */
  @Test
  void formatOneRefusesEachPartThatCameLater() {
    Set<String> refused = new TreeSet<>();
    int fitting = 0;
    for (long seed = 0; seed < 2_000; seed++) {
      Entry entry = new RandomRecords(seed).of(Entry.class);
      List<String> later = FormatContents.sinceFormatTwo(entry);
      refused.addAll(later);
      Entry older = inFormatOne(entry);
      if (later.isEmpty()) {
        fitting++;
        assertThat(EntryFormat.read(EntryFormat.write(older)))
            .usingRecursiveComparison()
            .isEqualTo(older);
      } else {
        assertThatThrownBy(() -> EntryFormat.write(older))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("format 1, which has no " + String.join(", ", later));
      }
    }
    assertThat(refused)
        .containsExactlyInAnyOrder(
            "recordTime",
            "watermark",
            "nextTimer",
            "firstAppliedSub",
            "outputs",
            "muteUntil",
            "sub-sequence number",
            "mapping",
            "dead letter within a record",
            "latestCompleted",
            "parents",
            "state",
            "channels",
            "unsentOrigin",
            "owed",
            "pendingFiles");
    assertThat(fitting).isLessThan(2_000);
  }

  @Test
  void aHeaderOfFormatOneGetsNoRecordTime() {
    Header one = Header.first(new EntryId("e1"), new Epoch(1), Writer.MAPPING, NOON);
    Header two = one.raisedTo(FormatVersion.TWO);

    assertThat(one.arrivedBy(NOON)).isEqualTo(one);
    assertThat(two.arrivedBy(NOON).time().recordTime()).contains(NOON);
    assertThat(two.arrivedBy(NOON).arrivedBy(NOON.minusSeconds(1)).time().recordTime())
        .contains(NOON);
    assertThat(two.raisedTo(FormatVersion.ONE)).isEqualTo(two);
  }

  private static Entry inFormatOne(Entry entry) {
    return new RecordCopy<>(entry).withNested("header", "format", FormatVersion.ONE);
  }

  private static Set<String> differing(Header one, Header other) {
    return Arrays.stream(Header.class.getRecordComponents())
        .filter(component -> !value(component, one).equals(value(component, other)))
        .map(RecordComponent::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Object value(RecordComponent component, Object record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  /** Copies a record with another value in a component of a component. */
  private record RecordCopy<T>(T record) {
    T withNested(String outer, String inner, Object value) {
      return copy(record, outer, copy(get(record, outer), inner, value));
    }

    private static <R> R copy(R record, String name, Object value) {
      List<Object> values = new ArrayList<>();
      List<Class<?>> types = new ArrayList<>();
      for (RecordComponent component : record.getClass().getRecordComponents()) {
        types.add(component.getType());
        values.add(
            component.getName().equals(name) ? value : FormatContentsTest.value(component, record));
      }
      try {
        @SuppressWarnings("unchecked") // The constructor of the record's own class.
        R copied =
            (R)
                record
                    .getClass()
                    .getDeclaredConstructor(types.toArray(Class<?>[]::new))
                    .newInstance(values.toArray());
        return copied;
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    }

    private static Object get(Object record, String name) {
      return Arrays.stream(record.getClass().getRecordComponents())
          .filter(component -> component.getName().equals(name))
          .map(component -> FormatContentsTest.value(component, record))
          .findFirst()
          .orElseThrow();
    }
  }
}
