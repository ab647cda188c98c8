package dev.cairn.cli.letters;

import dev.cairn.format.Fields;
import dev.cairn.format.Trees;
import dev.cairn.id.JobId;
import dev.cairn.id.RecordNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.KeyHash;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The dead letters of a job in its checkpoint storage. */
public final class Letters {
  private static final int NAMES = 5;
  private static final String RESENT = ".resent";

  private final FileStorage storage;
  private final JobId job;

  public Letters(FileStorage storage, JobId job) {
    this.storage = storage;
    this.job = job;
  }

  /** The place of a dead letter, which is not read yet. */
  public record Place(SubtaskId subtask, RecordNumber record, boolean isResent) {}

  /** Lists all dead letters by stage and shard, in the order of the records. */
  public List<Place> all() {
    List<Stored> files = storage.list(Layout.deadLetters(job));
    Set<String> resent =
        files.stream()
            .map(file -> file.path().value())
            .filter(path -> path.endsWith(RESENT))
            .map(path -> path.substring(0, path.length() - RESENT.length()))
            .collect(Collectors.toSet());
    return files.stream()
        .map(file -> place(file.path(), resent))
        .flatMap(Optional::stream)
        .sorted(Comparator.comparing((Place place) -> place.subtask()).thenComparing(Place::record))
        .toList();
  }

  /** Empty for every file that is no letter. */
  private Optional<Place> place(FilePath path, Set<String> resent) {
    String[] names = path.value().split("/", -1);
    if (names.length != NAMES || names[NAMES - 1].endsWith(RESENT)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Place(
              new SubtaskId(job, new StageId(names[2]), new ShardId(names[3])),
              RecordNumber.parse(names[4]),
              resent.contains(path.value())));
    } catch (IllegalArgumentException notOurs) {
      return Optional.empty();
    }
  }

  /** Reads a dead letter; empty if it has expired. */
  public Optional<Letter> read(Place place) {
    return storage
        .get(Layout.deadLetter(place.subtask(), place.record()))
        .map(Trees::fromJson)
        .map(fields -> letter(place, fields));
  }

  private Letter letter(Place place, Fields fields) {
    return new Letter(
        place.subtask(),
        place.record(),
        fields.text("partitionKey"),
        fields.time("arrival"),
        fields.time("failedAt"),
        fields.text("cause"),
        fields.optionalText("hashKey").map(KeyHash::ofDecimal),
        fields.optionalText("boundBy").isPresent(),
        Base64.getDecoder().decode(fields.text("data")),
        place.isResent() ? resentAt(place) : Optional.empty());
  }

  private Optional<Instant> resentAt(Place place) {
    return storage
        .get(Layout.resent(place.subtask(), place.record()))
        .map(Trees::fromJson)
        .map(fields -> fields.time("at"));
  }

  /** Marks the dead letter as sent again. The first mark counts. */
  public void markResent(Letter letter, Instant at) {
    byte[] file = Trees.toJson(Fields.empty().put("v", 1).put("at", at));
    storage.put(Layout.resent(letter.subtask(), letter.record()), file, Sha256.of(file));
  }
}
