package dev.cairn.dynamodb;

import dev.cairn.format.FormatVersion;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.EntryFormat;
import java.util.Map;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Reads and writes entries as items: the entry's bytes, and attributes for people who use the
 * console.
 */
final class EntryItems {
  private EntryItems() {}

  static Map<String, AttributeValue> write(SubtaskId subtask, Entry entry) {
    Entry.Header header = entry.header();
    return Item.at(TableLayout.entryKey(subtask, header.revision()))
        .put("kind", EntryFormat.kind(entry))
        .put("v", header.format().number())
        .put("id", header.id().value())
        .put("epoch", header.epoch().value())
        .put("writtenAt", header.writtenAt())
        .put("body", EntryFormat.write(entry))
        .values();
  }

  static boolean isBase(Item item) {
    return EntryFormat.isBase(item.text("kind"));
  }

  /**
   * @param body reads the entry that an item's body is
   */
  static Entry read(Item item, Function<byte[], Entry> body) {
    Entry entry = decode(item, body);
    Entry.Header header = entry.header();
    requireEqual(
        item, TableLayout.SK, TableLayout.entrySk(header.revision()), item.text(TableLayout.SK));
    requireEqual(item, "kind", EntryFormat.kind(entry), item.text("kind"));
    requireEqual(item, "id", header.id().value(), item.text("id"));
    requireEqual(item, "epoch", header.epoch().value(), item.number("epoch"));
    return entry;
  }

  private static Entry decode(Item item, Function<byte[], Entry> body) {
    byte[] bytes = item.bytes("body");
    var unused = FormatVersion.of(item.number("v"), item.toString());
    return item.parse("body of " + bytes.length + " bytes", bytes, body);
  }

  private static void requireEqual(Item item, String attribute, Object inBody, Object beside) {
    if (!inBody.equals(beside)) {
      throw item.damaged("its " + attribute + " is " + beside + ", and its body says " + inBody);
    }
  }
}
