package dev.cairn.dynamodb;

import dev.cairn.format.FormatVersion;
import dev.cairn.id.JobId;
import dev.cairn.job.CodeVersion;
import dev.cairn.job.OlderCode;
import dev.cairn.job.RefusedStream;
import dev.cairn.job.Registration;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.SettingSource;
import dev.cairn.state.StateSchema;
import dev.cairn.state.ValueType;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Reads and writes registrations as items. */
final class RegistrationItems {
  /** The version of the item, which a writer must have read. */
  static final String WRITTEN = "written";

  /** The newest format that the registered code reads. */
  static final String READS = "reads";

  private static final String OLDER = "olderCode";

  private RegistrationItems() {}

  static Map<String, AttributeValue> write(Registration registration, long written) {
    Item item =
        Item.at(TableLayout.registrationKey(registration.job(), registration.stage()))
            .put("version", registration.version().value())
            .put(WRITTEN, written)
            .put("settings", JobItems.write(registration.settings().set()))
            .put(
                "states",
                AttributeValue.fromL(
                    registration.states().stream().map(RegistrationItems::write).toList()));
    registration.storage().ifPresent(storage -> item.put("storage", storage));
    registration.stream().ifPresent(stream -> item.put("stream", stream));
    registration.refused().ifPresent(refused -> item.put("refusedStream", write(refused)));
    if (registration.reads() != FormatVersion.OLDEST.number()) {
      item.put(READS, registration.reads());
    }
    registration
        .older()
        .ifPresent(
            older ->
                item.put(
                    OLDER,
                    Item.empty()
                        .put("version", older.version().value())
                        .put(READS, older.reads())));
    return item.values();
  }

  private static AttributeValue write(StateSchema state) {
    Item item =
        Item.empty()
            .put("name", state.name())
            .put("kind", state.kind())
            .put("serializers", state.serializers());
    state.type().ifPresent(type -> item.put("type", type.toString()));
    return AttributeValue.fromM(item.values());
  }

  private static Item write(RefusedStream refused) {
    return Item.empty()
        .put("stream", refused.stream())
        .put("how", refused.how())
        .put("at", refused.at());
  }

  private static RefusedStream readRefused(Item item) {
    return new RefusedStream(item.text("stream"), item.text("how"), item.time("at"));
  }

  static Registration read(JobId job, Item item) {
    return new Registration(
        job,
        item.parse(TableLayout.SK, item.text(TableLayout.SK), TableLayout::registeredStage),
        item.parse("version", item.text("version"), CodeVersion::new),
        readSettings(item),
        item.maps("states").stream().map(RegistrationItems::readState).toList(),
        item.optionalText("storage"),
        item.optionalText("stream"),
        item.optionalMap("refusedStream").map(RegistrationItems::readRefused),
        reads(item),
        item.optionalMap(OLDER)
            .map(
                older ->
                    new OlderCode(
                        older.parse("version", older.text("version"), CodeVersion::new),
                        reads(older))));
  }

  /** Earlier releases do not store which formats they read; they read only the oldest. */
  static int reads(Item item) {
    return item.has(READS)
        ? item.parse(READS, item.number(READS), Math::toIntExact)
        : FormatVersion.OLDEST.number();
  }

  static Configuration readSettings(Item item) {
    return item.parse(
        "settings",
        item.map("settings"),
        settings -> JobItems.readConfiguration(settings, SettingSource.CODE));
  }

  private static StateSchema readState(Item state) {
    return new StateSchema(
        state.text("name"),
        state.text("kind"),
        state.text("serializers"),
        state.optionalText("type").map(type -> state.parse("type", type, ValueType::parse)));
  }
}
