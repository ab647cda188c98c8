package dev.cairn.dynamodb;

import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.retry.Backoff;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import dev.cairn.storage.StorageException;
import java.io.ByteArrayOutputStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/**
 * Checkpoint files as items of the job's table, without any bucket: for small state.
 *
 * <p>One file is one item, put if there is none at its key, so a file is visible as a whole or not
 * at all, and one of several concurrent writers wins. Its size and SHA-256 are attributes, written
 * with it. State larger than the maximum is refused permanently, with its size and the limit: its
 * checkpoint fails, and the job continues.
 *
 * <p>Files that a job cannot continue without are never refused: a delta, a dead letter or a
 * checkpoint's {@code _metadata} that is too large for one item is split into parts, one item each,
 * which sort after the file's own item in the same partition. The parts are written first, under
 * names that contain the hash of the whole file; the file exists when its own item does. Parts
 * whose writer stopped before that are listed as the incomplete file, and are deleted with it.
 *
 * <p>The files of a job are spread over {@value TableLayout#FILE_SPREAD} partition keys by the hash
 * of their path. DynamoDB writes 1,000 units of 1 KB per second for each key, so a job stores up to
 * 16 MB per second in total, and the largest file uses its key for 0.4 s. Without an index, listing
 * a folder costs as much as reading its content, a twentieth of the price of writing it. An index
 * would be a second item for each file; to keep lists complete, both would have to be written in
 * one transaction, at twice the price of the file.
 *
 * <p>An absolute path, {@code dynamodb://table/…}, names a file in that table. Times are those of
 * the writer's clock. Needs {@code dynamodb:PutItem}, {@code GetItem}, {@code Query} and {@code
 * DeleteItem}.
 */
public final class DynamoDbFileStorage implements FileStorage {
  /** An item has at most 400 KB, of which key, checksum and names take a small part. */
  public static final int LARGEST_FILE_BYTES = (400 - 4) * 1024;

  private static final String SCHEME = "dynamodb";
  private static final String CONTENT = "content";
  private static final String SHA256 = "sha256";
  private static final String SIZE = "sizeBytes";
  private static final String LAST_MODIFIED = "lastModified";
  private static final String PARTS = "parts";
  // This character is in no path and sorts before all characters of paths, so a file's parts follow
  // the file.
  private static final String BEFORE_PART = "#";
  private static final String DESCRIPTION =
      String.join(", ", TableLayout.PK, TableLayout.SK, SHA256, SIZE, LAST_MODIFIED);

  private final DynamoDbClient client;
  private final String tableName;
  private final Backoff backoff;
  private final InstantSource clock;
  private final int maximumFileBytes;

  /**
   * Stores files in a table.
   *
   * @param clock the modification time of files
   * @param maximumFileBytes the largest accepted size of a file with state
   * @throws IllegalArgumentException if no item can hold a file of that size
   */
  public DynamoDbFileStorage(
      DynamoDbClient client,
      String tableName,
      Backoff backoff,
      InstantSource clock,
      int maximumFileBytes) {
    if (maximumFileBytes < 1 || maximumFileBytes > LARGEST_FILE_BYTES) {
      throw new IllegalArgumentException(
          "files of up to "
              + maximumFileBytes
              + " bytes cannot be stored in DynamoDB: an item has 400 KB, which leaves 1 to "
              + LARGEST_FILE_BYTES
              + " for a file; set execution.checkpointing.dir to s3://bucket/prefix for larger"
              + " state");
    }
    this.client = client;
    this.tableName = tableName;
    this.backoff = backoff;
    this.clock = clock;
    this.maximumFileBytes = maximumFileBytes;
  }

  /** Accepts state up to the size that an item can hold. */
  public DynamoDbFileStorage(
      DynamoDbClient client, String tableName, Backoff backoff, InstantSource clock) {
    this(client, tableName, backoff, clock, LARGEST_FILE_BYTES);
  }

  @Override
  public boolean holdsSavepoints() {
    return false;
  }

  @Override
  public FilePath normalize(FilePath path) {
    return path.absolute()
        .filter(place -> place.scheme().equals(SCHEME) && place.authority().equals(tableName))
        .map(FilePath.Absolute::names)
        .filter(names -> !names.isEmpty())
        .map(FilePath::new)
        .orElse(path);
  }

  /** A file or folder: its table, and its path there. */
  private record Place(String table, FilePath path) {
    Map<String, AttributeValue> key() {
      return TableLayout.fileKey(path);
    }

    String pk() {
      return TableLayout.filePk(path);
    }

    Map<String, AttributeValue> partKey(Sha256 whole, int number) {
      return inPartition(
          path
              + BEFORE_PART
              + whole.hex()
              + BEFORE_PART
              + String.format(Locale.ROOT, "%06d", number));
    }

    private Map<String, AttributeValue> inPartition(String sk) {
      Map<String, AttributeValue> key = new HashMap<>(key());
      key.put(TableLayout.SK, AttributeValue.fromS(sk));
      return Map.copyOf(key);
    }

    @Override
    public String toString() {
      return SCHEME + "://" + table + "/" + path;
    }
  }

  private Place placeOf(FilePath path) {
    return path.absolute()
        .map(absolute -> placeOf(path, absolute))
        .orElseGet(() -> new Place(tableName, path));
  }

  private Place placeOf(FilePath path, FilePath.Absolute absolute) {
    if (!absolute.scheme().equals(SCHEME)) {
      throw new StorageException(
          "cannot use "
              + path
              + ": this checkpoint storage is inside DynamoDB, in table "
              + tableName
              + "; set execution.checkpointing.dir to an S3 location to use files of S3");
    }
    if (absolute.names().isEmpty()) {
      throw new StorageException(
          "cannot use " + path + ": it names a whole table; write " + path + "/{job}");
    }
    return new Place(absolute.authority(), new FilePath(absolute.names()));
  }

  @Override
  public Put put(FilePath path, byte[] bytes, Sha256 sha256) {
    Place file = placeOf(path);
    if (bytes.length > maximumFileBytes && Layout.isState(file.path())) {
      throw new StorageException(
          StorageException.Kind.TOO_LARGE,
          "cannot put "
              + file
              + ": it has "
              + bytes.length
              + " bytes, and inside DynamoDB a file has at most "
              + maximumFileBytes
              + "; keep less state, or move the job to S3, which has no such limit: export its"
              + " last checkpoint, set execution.checkpointing.dir to s3://bucket/prefix for a job"
              + " of another name, and restore the export there");
    }
    Sha256 actual = Sha256.of(bytes);
    if (!actual.equals(sha256)) {
      throw new StorageException(
          "cannot put "
              + file
              + ": its SHA-256 is "
              + actual
              + ", not "
              + sha256
              + " as expected: send the bytes again");
    }
    Item item =
        Item.at(file.key())
            .put(SHA256, sha256.hex())
            .put(SIZE, bytes.length)
            .put(LAST_MODIFIED, clock.instant());
    if (bytes.length > LARGEST_FILE_BYTES) {
      item.put(PARTS, putParts(file, bytes, sha256));
    } else {
      item.put(CONTENT, bytes);
    }
    return call("put", file, () -> table(file).putIfFree("put " + file, item.values()))
        ? Put.CREATED
        : Put.ALREADY_EXISTS;
  }

  private int putParts(Place file, byte[] bytes, Sha256 sha256) {
    int parts = 0;
    for (int from = 0; from < bytes.length; from += LARGEST_FILE_BYTES) {
      byte[] content =
          Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + LARGEST_FILE_BYTES));
      Item part =
          Item.at(file.partKey(sha256, parts))
              .put(CONTENT, content)
              .put(SIZE, content.length)
              .put(LAST_MODIFIED, clock.instant());
      call(
          "put",
          file,
          () -> {
            table(file).put("put part of " + file, part.values());
            return file;
          });
      parts++;
    }
    return parts;
  }

  @Override
  public Optional<byte[]> get(FilePath path) {
    Place file = placeOf(path);
    return call("get", file, () -> table(file).get(file.key()))
        .flatMap(item -> content(file, item));
  }

  /**
   * Returns the content; empty if a part is missing, because a deletion of the file has begun since
   * its own item was read.
   */
  private Optional<byte[]> content(Place file, Item item) {
    Optional<Long> parts = item.optionalNumber(PARTS);
    if (parts.isEmpty()) {
      return Optional.of(item.bytes(CONTENT));
    }
    Sha256 sha256 = sha256(item);
    ByteArrayOutputStream whole = new ByteArrayOutputStream((int) item.number(SIZE));
    for (int number = 0; number < parts.get(); number++) {
      Map<String, AttributeValue> key = file.partKey(sha256, number);
      Optional<Item> part = call("get", file, () -> table(file).get(key));
      if (part.isEmpty()) {
        return Optional.empty();
      }
      whole.writeBytes(part.get().bytes(CONTENT));
    }
    return Optional.of(whole.toByteArray());
  }

  private static Sha256 sha256(Item item) {
    return item.parse(SHA256, item.text(SHA256), Sha256::new);
  }

  @Override
  public Optional<Stored> head(FilePath path) {
    Place file = placeOf(path);
    return call("head", file, () -> table(file).get(file.key(), DESCRIPTION))
        .map(item -> stored(normalize(path), item));
  }

  private static Stored stored(FilePath path, Item item) {
    return new Stored(path, item.number(SIZE), Optional.of(sha256(item)), item.time(LAST_MODIFIED));
  }

  /** By path. */
  @Override
  public List<Stored> list(FilePath folder) {
    Place place = placeOf(folder);
    List<Stored> files = new ArrayList<>();
    for (String pk : TableLayout.filePks(place.path())) {
      addAll(place, filesIn(pk, place), files);
    }
    files.sort(Comparator.comparing(Stored::path));
    return List.copyOf(files);
  }

  /** Lists the files before and after the folder that is left out. */
  @Override
  public List<Stored> listExcept(FilePath folder, String name) {
    Place place = placeOf(folder);
    String within = place.path() + "/";
    String left = within + name;
    List<Stored> files = new ArrayList<>();
    for (String pk : TableLayout.filePks(place.path())) {
      // "0" is what follows "/".
      addAll(place, between(pk, within, left + "/"), files);
      addAll(place, between(pk, left + "0", place.path() + "0"), files);
    }
    files.sort(Comparator.comparing(Stored::path));
    return List.copyOf(files);
  }

  private void addAll(Place place, Consumer<QueryRequest.Builder> query, List<Stored> files) {
    for (Item item : call("list", place, () -> table(place).query("files of " + place, query))) {
      add(item, place, files);
    }
  }

  /** Neither end is the name of a file. */
  private static Consumer<QueryRequest.Builder> between(String pk, String from, String to) {
    return query ->
        query
            .keyConditionExpression(
                TableLayout.PK + " = :pk AND " + TableLayout.SK + " BETWEEN :from AND :to")
            .projectionExpression(DESCRIPTION)
            .expressionAttributeValues(
                Map.of(
                    ":pk",
                    AttributeValue.fromS(pk),
                    ":from",
                    AttributeValue.fromS(from),
                    ":to",
                    AttributeValue.fromS(to)));
  }

  /** Adds a file, or an incomplete file of which a part exists. */
  private void add(Item item, Place folder, List<Stored> files) {
    String name = item.text(TableLayout.SK);
    int end = name.indexOf(BEFORE_PART);
    FilePath path =
        pathIn(
            folder,
            item.parse(TableLayout.SK, end < 0 ? name : name.substring(0, end), FilePath::new));
    if (end < 0) {
      files.add(stored(path, item));
    } else if (files.isEmpty() || !files.getLast().path().equals(path)) {
      files.add(new Stored(path, item.number(SIZE), Optional.empty(), item.time(LAST_MODIFIED)));
    }
  }

  private static Consumer<QueryRequest.Builder> filesIn(String pk, Place folder) {
    return itemsIn(pk, folder.path() + "/");
  }

  private static Consumer<QueryRequest.Builder> itemsIn(String pk, String beginning) {
    return query ->
        query
            .keyConditionExpression(
                TableLayout.PK + " = :pk AND begins_with(" + TableLayout.SK + ", :beginning)")
            .projectionExpression(DESCRIPTION)
            .expressionAttributeValues(
                Map.of(
                    ":pk",
                    AttributeValue.fromS(pk),
                    ":beginning",
                    AttributeValue.fromS(beginning)));
  }

  private FilePath pathIn(Place folder, FilePath path) {
    return folder.table().equals(tableName)
        ? path
        : new FilePath(new Place(folder.table(), path).toString());
  }

  @Override
  public void delete(FilePath path) {
    Place file = placeOf(path);
    call(
        "delete",
        file,
        () -> {
          table(file).delete("delete " + file, file.key());
          return file;
        });
    // State files have no parts, and most deletions are of state files.
    if (!Layout.isState(file.path())) {
      deleteParts(file);
    }
  }

  /** Deleted last, so that after an interruption the rest is still listed. */
  private void deleteParts(Place file) {
    call(
        "delete",
        file,
        () -> {
          Table table = table(file);
          table
              .query("parts of " + file, itemsIn(file.pk(), file.path() + BEFORE_PART))
              .forEach(
                  part ->
                      table.delete(
                          "delete part of " + file, file.inPartition(part.text(TableLayout.SK))));
          return file;
        });
  }

  private Table table(Place place) {
    return new Table(client, place.table(), backoff);
  }

  private static <T> T call(String what, Place place, Supplier<T> call) {
    try {
      return call.get();
    } catch (OutcomeUnknownException e) {
      throw failed(what, place, e, "the outcome is unknown: try the same call again");
    } catch (ResourceNotFoundException e) {
      throw failed(what, place, e, "create the table, or correct its name in the settings");
    } catch (AwsServiceException e) {
      throw failed(
          what,
          place,
          e,
          "allow dynamodb:PutItem, dynamodb:GetItem, dynamodb:Query and dynamodb:DeleteItem on the"
              + " table, if that is the reason");
    } catch (SdkException e) {
      throw failed(what, place, e, "try the same call again");
    }
  }

  private static StorageException failed(
      String what, Place place, RuntimeException e, String whatNext) {
    return new StorageException(
        kind(e), "cannot " + what + " " + place + ": " + e.getMessage() + "; " + whatNext, e);
  }

  private static StorageException.Kind kind(RuntimeException e) {
    if (!(e instanceof AwsServiceException response)) {
      return StorageException.Kind.UNREACHABLE;
    }
    return response.isThrottlingException()
        ? StorageException.Kind.THROTTLED
        : StorageException.Kind.REFUSED;
  }
}
