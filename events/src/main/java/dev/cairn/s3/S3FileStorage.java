package dev.cairn.s3;

import dev.cairn.retry.Backoff;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Sha256;
import dev.cairn.storage.StorageException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Stores checkpoint files as objects of one bucket. An absolute path, {@code s3://bucket/key},
 * names an object of that or another bucket.
 *
 * <p>A file is put with {@code If-None-Match: *}, which S3 decides atomically, and with its
 * SHA-256, which S3 verifies before it stores the object and keeps beside it. The SDK may repeat a
 * put whose response was lost, and then finds the path taken by its own first attempt: {@link
 * Put#ALREADY_EXISTS} does not mean that another writer was first.
 *
 * <p>S3 rejects a call with 409 while another call for the same key is in progress. The SDK does
 * not repeat such a call, so this class does. It also repeats calls after a 503 that outlasts the
 * SDK's own attempts.
 *
 * <p>Needs {@code s3:PutObject}, {@code s3:GetObject}, {@code s3:DeleteObject} on the objects and
 * {@code s3:ListBucket} on the bucket: without the latter, S3 returns 403 for a file that does not
 * exist.
 */
public final class S3FileStorage implements FileStorage {
  private static final int MOST_KEYS_OF_A_PAGE = 1000;

  private static final String SCHEME = "s3";
  private static final String NO_BUCKET = "";
  private static final int NOT_FOUND = 404;
  private static final int FORBIDDEN = 403;
  private static final int CONFLICT = 409;
  private static final int INTERNAL_ERROR = 500;
  private static final int UNAVAILABLE = 503;
  private static final int PRECONDITION_FAILED = 412;
  private static final String CLOCK_IS_OFF = "RequestTimeTooSkewed";

  private final S3Client s3;
  private final String bucket;
  private final String keyPrefix;
  private final Backoff backoff;

  /**
   * Stores files in a bucket.
   *
   * @param prefix the folder that is the storage's root, such as {@code team/cairn}; empty for the
   *     whole bucket
   */
  public S3FileStorage(S3Client s3, String bucket, String prefix) {
    this(s3, bucket, prefix, Backoff.sleeping());
  }

  /**
   * Stores files in a bucket.
   *
   * @param backoff how often, and after which pauses, a call is repeated that S3 rejected
   *     temporarily
   */
  public S3FileStorage(S3Client s3, String bucket, String prefix, Backoff backoff) {
    this.s3 = s3;
    this.bucket = bucket;
    this.backoff = backoff;
    this.keyPrefix = prefix.isEmpty() ? "" : new FilePath(prefix).value() + "/";
  }

  /** Creates a storage without a root, for absolute paths in any bucket. */
  public static S3FileStorage everywhere(S3Client s3) {
    return new S3FileStorage(s3, NO_BUCKET, "");
  }

  /** An object, or a folder's prefix. */
  private record Place(String bucket, String key) {
    @Override
    public String toString() {
      return "s3://" + bucket + "/" + key;
    }
  }

  @Override
  public FilePath normalize(FilePath path) {
    return path.absolute()
        .filter(place -> place.scheme().equals(SCHEME) && place.authority().equals(bucket))
        .map(FilePath.Absolute::names)
        .filter(key -> key.startsWith(keyPrefix) && key.length() > keyPrefix.length())
        .map(key -> new FilePath(key.substring(keyPrefix.length())))
        .orElse(path);
  }

  private Place placeOf(FilePath path) {
    return path.absolute()
        .map(absolute -> placeOf(path, absolute))
        .orElseGet(() -> belowRoot(path));
  }

  private Place belowRoot(FilePath path) {
    if (bucket.equals(NO_BUCKET)) {
      throw new StorageException(
          "cannot use " + path + ": it names no bucket; write s3://bucket/" + path);
    }
    return new Place(bucket, keyPrefix + path.value());
  }

  private Place placeOf(FilePath path, FilePath.Absolute absolute) {
    if (!absolute.scheme().equals(SCHEME)) {
      throw new StorageException(
          "cannot use "
              + path
              + ": this checkpoint storage reads and writes S3 only; copy the files to a bucket and"
              + " name them as s3://bucket/…");
    }
    return new Place(absolute.authority(), absolute.names());
  }

  private Place objectOf(FilePath path) {
    Place place = placeOf(path);
    if (place.key().isEmpty()) {
      throw new StorageException(
          "cannot use " + path + " as a file: it names a bucket; write s3://bucket/key");
    }
    return place;
  }

  @Override
  public Put put(FilePath path, byte[] bytes, Sha256 sha256) {
    return put(path, bytes, sha256, request -> {});
  }

  @Override
  public Put put(FilePath path, byte[] bytes, Sha256 sha256, Duration limit) {
    return put(
        path,
        bytes,
        sha256,
        request -> request.overrideConfiguration(call -> call.apiCallTimeout(limit)));
  }

  private Put put(
      FilePath path, byte[] bytes, Sha256 sha256, Consumer<PutObjectRequest.Builder> options) {
    Place object = objectOf(path);
    try {
      call(
          () ->
              s3.putObject(
                  request ->
                      request
                          .applyMutation(options)
                          .bucket(object.bucket())
                          .key(object.key())
                          .ifNoneMatch("*")
                          .checksumSHA256(sha256.toBase64())
                          .contentLength((long) bytes.length),
                  RequestBody.fromBytes(bytes)));
      return Put.CREATED;
    } catch (S3Exception e) {
      if (e.statusCode() == PRECONDITION_FAILED) {
        return Put.ALREADY_EXISTS;
      }
      throw failed("put", object, e);
    } catch (SdkException e) {
      throw failed("put", object, e);
    }
  }

  @Override
  public Optional<byte[]> get(FilePath path) {
    Place object = objectOf(path);
    try {
      ResponseBytes<GetObjectResponse> found =
          call(
              () ->
                  s3.getObjectAsBytes(
                      request -> request.bucket(object.bucket()).key(object.key())));
      return Optional.of(found.asByteArrayUnsafe());
    } catch (S3Exception e) {
      if (isMissingObject(e)) {
        return Optional.empty();
      }
      throw failed("get", object, e);
    } catch (SdkException e) {
      throw failed("get", object, e);
    }
  }

  @Override
  public Optional<InputStream> open(FilePath path) {
    Place object = objectOf(path);
    try {
      return Optional.of(
          new ObjectStream(
              call(
                  () ->
                      s3.getObject(request -> request.bucket(object.bucket()).key(object.key())))));
    } catch (S3Exception e) {
      if (isMissingObject(e)) {
        return Optional.empty();
      }
      throw failed("open", object, e);
    } catch (SdkException e) {
      throw failed("open", object, e);
    }
  }

  /** An object's bytes. Errors of the SDK become IOExceptions of the stream. */
  private static final class ObjectStream extends FilterInputStream {
    private final ResponseInputStream<GetObjectResponse> object;
    private boolean isAtEnd;

    ObjectStream(ResponseInputStream<GetObjectResponse> object) {
      super(object);
      this.object = object;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      int length = read(one, 0, 1);
      return length < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] bytes, int off, int len) throws IOException {
      try {
        int length = super.read(bytes, off, len);
        isAtEnd |= length < 0;
        return length;
      } catch (SdkException e) {
        throw new IOException(e.getMessage(), e);
      }
    }

    @Override
    public void close() throws IOException {
      // Closing the stream would read the rest of the object.
      if (!isAtEnd) {
        object.abort();
      }
      super.close();
    }
  }

  @Override
  public Optional<Stored> head(FilePath path) {
    Place object = objectOf(path);
    try {
      HeadObjectResponse found =
          call(
              () ->
                  s3.headObject(
                      request ->
                          request
                              .bucket(object.bucket())
                              .key(object.key())
                              .checksumMode(ChecksumMode.ENABLED)));
      return Optional.of(
          new Stored(
              normalize(path), found.contentLength(), sha256Of(found), found.lastModified()));
    } catch (S3Exception e) {
      if (isMissingObject(e)) {
        return Optional.empty();
      }
      throw failed("head", object, e);
    } catch (SdkException e) {
      throw failed("head", object, e);
    }
  }

  /**
   * Returns the checksum; empty also for an object that was copied in parts, of which S3 has only a
   * checksum of its parts' checksums.
   */
  private static Optional<Sha256> sha256Of(HeadObjectResponse object) {
    return Optional.ofNullable(object.checksumSHA256())
        .filter(base64 -> base64.indexOf('-') < 0)
        .map(Sha256::ofBase64);
  }

  /**
   * A missing bucket is a 404 as well, but must not count as a missing file: all files would seem
   * to be gone. HEAD cannot distinguish the two.
   */
  private static boolean isMissingObject(S3Exception e) {
    return e.statusCode() == NOT_FOUND && !"NoSuchBucket".equals(codeOf(e));
  }

  @Override
  public List<Stored> list(FilePath folder) {
    return list(folder, "", key -> true, Integer.MAX_VALUE);
  }

  /** Keys are listed in order, so the omitted folder is skipped in one step. */
  @Override
  public List<Stored> listExcept(FilePath folder, String name) {
    List<Stored> files =
        new ArrayList<>(list(folder, "", key -> !key.startsWith(name + "/"), Integer.MAX_VALUE));
    // "0" is what follows "/".
    files.addAll(list(folder, name + "0", key -> true, Integer.MAX_VALUE));
    return List.copyOf(files);
  }

  @Override
  public List<Stored> listFirst(FilePath folder, int limit) {
    return list(folder, "", key -> true, limit);
  }

  /**
   * @param after a name below the folder after which to begin; empty to begin with the first
   * @param goesOn ends the list at the first key for which it is false
   */
  private List<Stored> list(FilePath folder, String after, Predicate<String> goesOn, int limit) {
    Place place = placeOf(folder);
    Place within = new Place(place.bucket(), place.key().isEmpty() ? "" : place.key() + "/");
    try {
      List<Stored> files = new ArrayList<>();
      Optional<String> next = Optional.empty();
      do {
        ListObjectsV2Response page = page(within, after, limit, next);
        for (S3Object object : page.contents()) {
          if (files.size() >= limit
              || !goesOn.test(object.key().substring(within.key().length()))) {
            return List.copyOf(files);
          }
          pathOf(within, folder, object.key())
              .map(path -> new Stored(path, object.size(), Optional.empty(), object.lastModified()))
              .ifPresent(files::add);
        }
        next = Optional.ofNullable(page.nextContinuationToken());
      } while (next.isPresent() && files.size() < limit);
      return List.copyOf(files);
    } catch (SdkException e) {
      throw failed("list", within, e);
    }
  }

  private ListObjectsV2Response page(
      Place within, String after, int limit, Optional<String> continuationToken) {
    return call(
        () ->
            s3.listObjectsV2(
                request -> {
                  request.bucket(within.bucket()).prefix(within.key());
                  if (!after.isEmpty()) {
                    request.startAfter(within.key() + after);
                  }
                  if (limit < MOST_KEYS_OF_A_PAGE) {
                    request.maxKeys(limit);
                  }
                  continuationToken.ifPresent(request::continuationToken);
                }));
  }

  /**
   * Returns the path of a key; empty for keys without a valid path, such as the empty objects that
   * consoles create for folders.
   */
  private Optional<FilePath> pathOf(Place within, FilePath folder, String key) {
    try {
      FilePath below = new FilePath(key.substring(within.key().length()));
      return Optional.of(normalize(folder.resolve(below)));
    } catch (IllegalArgumentException notOurs) {
      return Optional.empty();
    }
  }

  @Override
  public void delete(FilePath path) {
    Place object = objectOf(path);
    try {
      call(() -> s3.deleteObject(request -> request.bucket(object.bucket()).key(object.key())));
    } catch (SdkException e) {
      throw failed("delete", object, e);
    }
  }

  private <T> T call(Supplier<T> call) {
    return backoff.call(call, S3FileStorage::wasRejected);
  }

  /** Whether S3 rejected the call temporarily, without effect. */
  private static boolean wasRejected(RuntimeException e) {
    return e instanceof S3Exception response
        && (response.statusCode() == CONFLICT
            || response.statusCode() == UNAVAILABLE
            || response.isThrottlingException());
  }

  /**
   * Whether S3 failed rather than refused: with an internal error, or because the request did not
   * arrive in time.
   */
  private static boolean isTransient(S3Exception e) {
    return e.statusCode() >= INTERNAL_ERROR || "RequestTimeout".equals(codeOf(e));
  }

  private static StorageException failed(String what, Place place, SdkException e) {
    return new StorageException(
        kind(e), "cannot " + what + " " + place + ": " + e.getMessage() + "; " + advice(e), e);
  }

  private static StorageException.Kind kind(SdkException e) {
    if (!(e instanceof S3Exception response)) {
      return StorageException.Kind.UNREACHABLE;
    }
    // S3's SlowDown is a 503.
    if (wasRejected(response)) {
      return StorageException.Kind.THROTTLED;
    }
    return isTransient(response)
        ? StorageException.Kind.UNREACHABLE
        : StorageException.Kind.REFUSED;
  }

  private static String advice(SdkException e) {
    if (!(e instanceof S3Exception response)) {
      return "S3 gave no usable response, so the outcome is unknown: try the same call again";
    }
    if ("NoSuchBucket".equals(codeOf(response))) {
      return "create the bucket, or correct its name in the settings";
    }
    if (CLOCK_IS_OFF.equals(codeOf(response))) {
      return "set this machine's clock: S3 refuses requests whose time is off by minutes";
    }
    if (isTransient(response) && !wasRejected(response)) {
      return "S3 failed, so the outcome is unknown: try the same call again";
    }
    return switch (response.statusCode()) {
      case CONFLICT ->
          "other requests for this key were in progress at each attempt: try the same call again";
      case FORBIDDEN ->
          "allow s3:PutObject, s3:GetObject, s3:DeleteObject on the objects and s3:ListBucket on"
              + " the bucket (without the last, S3 answers 403 for a file that does not exist)";
      default -> "try the same call again";
    };
  }

  private static String codeOf(S3Exception e) {
    return e.awsErrorDetails() == null ? "" : String.valueOf(e.awsErrorDetails().errorCode());
  }
}
