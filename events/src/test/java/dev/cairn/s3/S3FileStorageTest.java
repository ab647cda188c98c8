package dev.cairn.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cairn.retry.Backoff;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage.Put;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Sha256;
import dev.cairn.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * What goes over the wire, and what becomes of S3's answers; that S3 is as it is assumed to be is
 * the contract's matter.
 */
final class S3FileStorageTest {
  private static final FilePath FILE = FilePath.of("job", "run");
  private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);
  private static final Sha256 SHA256 = Sha256.of(CONTENT);
  private static final int ATTEMPTS = 3;
  private static final String DATE = "Sat, 21 Nov 2026 10:00:00 GMT";

  private record Request(String method, URI uri, Headers headers) {}

  private record Answer(int status, Map<String, String> headers, String body) {
    static Answer of(int status, String code) {
      return new Answer(
          status, Map.of(), "<Error><Code>" + code + "</Code><Message>said so</Message></Error>");
    }
  }

  private final List<Request> requests = new ArrayList<>();
  private final Deque<Answer> answers = new ArrayDeque<>();
  private final List<Duration> pauses = new ArrayList<>();
  private HttpServer server;
  private S3Client s3;
  private S3FileStorage storage;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    s3 =
        S3Client.builder()
            .endpointOverride(URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
            .region(Region.EU_CENTRAL_1)
            .forcePathStyle(true)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "secret")))
            .httpClient(UrlConnectionHttpClient.create())
            .overrideConfiguration(o -> o.retryStrategy(DefaultRetryStrategy.doNotRetry()))
            .build();
    storage =
        new S3FileStorage(
            s3, "bucket", "team/cairn", new Backoff(ATTEMPTS, Duration.ofMillis(10), pauses::add));
  }

  @AfterEach
  void stop() {
    s3.close();
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    requests.add(
        new Request(
            exchange.getRequestMethod(), exchange.getRequestURI(), exchange.getRequestHeaders()));
    Answer answer = answers.remove();
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    boolean bodiless = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(answer.status(), bodiless ? -1 : body.length);
    if (!bodiless) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  @Test
  void saysWhatKindOfNoItIs() {
    always(Answer.of(503, "SlowDown"));
    assertThat(refusal().kind()).isEqualTo(StorageException.Kind.THROTTLED);
    always(Answer.of(409, "OperationAborted"));
    assertThat(refusal().kind()).isEqualTo(StorageException.Kind.THROTTLED);
    answers.add(Answer.of(500, "InternalError"));
    assertThat(refusal().kind()).isEqualTo(StorageException.Kind.UNREACHABLE);
    answers.add(Answer.of(400, "RequestTimeout"));
    assertThat(refusal().kind()).isEqualTo(StorageException.Kind.UNREACHABLE);
    answers.add(Answer.of(400, "BadDigest"));
    assertThat(refusal().kind()).isEqualTo(StorageException.Kind.REFUSED);
    answers.add(Answer.of(403, "AccessDenied"));
    assertThat(refusal().kind()).isEqualTo(StorageException.Kind.REFUSED);
    server.stop(0);
    assertThat(refusal().kind()).isEqualTo(StorageException.Kind.UNREACHABLE);
  }

  private void always(Answer answer) {
    answers.addAll(Collections.nCopies(ATTEMPTS, answer));
  }

  private StorageException refusal() {
    try {
      storage.get(FILE);
      throw new AssertionError("it answered");
    } catch (StorageException e) {
      return e;
    }
  }

  @Test
  void aPutIsConditionalAndCarriesItsChecksum() {
    answers.add(new Answer(200, Map.of("ETag", "\"e\""), ""));

    assertThat(storage.put(FILE, CONTENT, SHA256)).isEqualTo(Put.CREATED);

    Request put = requests.getFirst();
    assertThat(put.method()).isEqualTo("PUT");
    assertThat(put.uri().getPath()).isEqualTo("/bucket/team/cairn/job/run");
    assertThat(put.headers().getFirst("If-None-Match")).isEqualTo("*");
    assertThat(put.headers().getFirst("x-amz-checksum-sha256")).isEqualTo(SHA256.toBase64());
  }

  @Test
  void aFailedConditionMeansThatThePathIsTaken() {
    answers.add(Answer.of(412, "PreconditionFailed"));

    assertThat(storage.put(FILE, CONTENT, SHA256)).isEqualTo(Put.ALREADY_EXISTS);
  }

  /** What S3 answers without having done anything, and wants to be asked again. */
  static Stream<Answer> turnedAway() {
    return Stream.of(
        Answer.of(409, "ConditionalRequestConflict"),
        Answer.of(409, "OperationAborted"),
        Answer.of(503, "SlowDown"),
        Answer.of(503, "ServiceUnavailable"));
  }

  @ParameterizedTest
  @MethodSource("turnedAway")
  void aPutThatWasTurnedAwayIsTriedAgain(Answer turnedAway) {
    answers.addAll(List.of(turnedAway, turnedAway, new Answer(200, Map.of("ETag", "\"e\""), "")));

    assertThat(storage.put(FILE, CONTENT, SHA256)).isEqualTo(Put.CREATED);
    assertThat(requests).extracting(Request::method).containsExactly("PUT", "PUT", "PUT");
    assertThat(requests)
        .extracting(request -> request.headers().getFirst("If-None-Match"))
        .containsOnly("*");
    assertThat(pauses).containsExactly(Duration.ofMillis(10), Duration.ofMillis(20));
  }

  /** The write that was under way may have been the one that counts. */
  @Test
  void aPutThatWasTurnedAwayMayFindThePathTaken() {
    answers.add(Answer.of(409, "ConditionalRequestConflict"));
    answers.add(Answer.of(412, "PreconditionFailed"));

    assertThat(storage.put(FILE, CONTENT, SHA256)).isEqualTo(Put.ALREADY_EXISTS);
  }

  @ParameterizedTest
  @MethodSource("turnedAway")
  void everyOtherCallThatWasTurnedAwayIsTriedAgain(Answer turnedAway) throws IOException {
    answers.addAll(List.of(turnedAway, new Answer(200, Map.of(), "content")));
    assertThat(storage.get(FILE)).contains(CONTENT);
    answers.addAll(List.of(turnedAway, new Answer(200, Map.of(), "content")));
    try (InputStream opened = storage.open(FILE).orElseThrow()) {
      assertThat(opened.readAllBytes()).isEqualTo(CONTENT);
    }
    answers.addAll(List.of(turnedAway, headWith(SHA256.toBase64())));
    assertThat(storage.head(FILE)).isPresent();
    answers.addAll(
        List.of(
            turnedAway,
            page("job/a", Optional.of("token")),
            turnedAway,
            page("job/b", Optional.empty())));
    assertThat(storage.list(FilePath.of("job"))).hasSize(2);
    answers.addAll(List.of(turnedAway, new Answer(204, Map.of(), "")));
    storage.delete(FILE);
    assertThat(answers).isEmpty();
  }

  @Test
  void aConflictThatLastsSaysThatOthersAreAtWork() {
    always(Answer.of(409, "ConditionalRequestConflict"));

    assertThatThrownBy(() -> storage.put(FILE, CONTENT, SHA256))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("cannot put s3://bucket/team/cairn/job/run: said so")
        .hasMessageEndingWith(
            "other requests for this key were in progress at each attempt: try the same call again");
    assertThat(requests).hasSize(ATTEMPTS);
  }

  @ParameterizedTest
  @CsvSource({"400, BadDigest", "403, AccessDenied", "404, NoSuchBucket", "500, InternalError"})
  void whatIsNotTurnedAwayIsLeftToTheSdkAndTheCaller(int status, String code) {
    answers.add(Answer.of(status, code));

    assertThatThrownBy(() -> storage.put(FILE, CONTENT, SHA256))
        .isInstanceOf(StorageException.class);
    assertThat(requests).hasSize(1);
  }

  @Test
  void aClockThatIsOffIsNoMissingPermission() {
    answers.add(Answer.of(403, "RequestTimeTooSkewed"));

    assertThatThrownBy(() -> storage.get(FILE))
        .isInstanceOf(StorageException.class)
        .hasMessageEndingWith(
            "set this machine's clock: S3 refuses requests whose time is off by minutes");
  }

  @Test
  void aMissingObjectIsEmpty() {
    answers.add(Answer.of(404, "NoSuchKey"));
    answers.add(Answer.of(404, ""));

    assertThat(storage.get(FILE)).isEmpty();
    assertThat(storage.head(FILE)).isEmpty();
  }

  @Test
  void aMissingBucketIsNotAMissingObject() {
    answers.add(Answer.of(404, "NoSuchBucket"));

    assertThatThrownBy(() -> storage.get(FILE))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("create the bucket");
  }

  @Test
  void headAsksForTheChecksumThatS3Keeps() {
    answers.add(headWith(SHA256.toBase64()));

    assertThat(storage.head(FILE))
        .contains(new Stored(FILE, 7, Optional.of(SHA256), Instant.parse("2026-11-21T10:00:00Z")));
    assertThat(requests.getFirst().headers().getFirst("x-amz-checksum-mode")).isEqualTo("ENABLED");
  }

  @Test
  void theChecksumOfPartsIsNotThatOfTheContent() {
    answers.add(headWith(SHA256.toBase64() + "-2"));

    assertThat(storage.head(FILE).orElseThrow().sha256()).isEmpty();
  }

  private static Answer headWith(String checksum) {
    return new Answer(
        200,
        Map.of("Content-Length", "7", "Last-Modified", DATE, "x-amz-checksum-sha256", checksum),
        "");
  }

  @Test
  void listsEveryPageAndPassesOverKeysThatNoPathNames() {
    answers.add(page("job/a", Optional.of("token")));
    answers.add(page("job/folder/", Optional.of("token 2")));
    answers.add(page("job/b", Optional.empty()));

    List<Stored> files = storage.list(FilePath.of("job"));

    assertThat(files)
        .extracting(Stored::path)
        .containsExactly(FilePath.of("job", "a"), FilePath.of("job", "b"));
    assertThat(files).extracting(Stored::sizeBytes).containsOnly(7L);
    assertThat(requests).hasSize(3);
    assertThat(requests.getFirst().uri().getQuery()).contains("prefix=team/cairn/job/");
    assertThat(requests.getLast().uri().getQuery()).contains("continuation-token=token 2");
  }

  @Test
  void passesOverWhatIsLeftOutWithoutReadingItsPages() {
    answers.add(page("job/chk-1/a", Optional.of("token")));
    answers.add(page("job/dead-letters/1", Optional.of("one of a thousand pages")));
    answers.add(page("job/shared/b", Optional.empty()));

    List<Stored> files = storage.listExcept(FilePath.of("job"), "dead-letters");

    assertThat(files)
        .extracting(Stored::path)
        .containsExactly(FilePath.of("job", "chk-1", "a"), FilePath.of("job", "shared", "b"));
    assertThat(requests).hasSize(3);
    assertThat(requests.getLast().uri().getQuery())
        .contains("start-after=team/cairn/job/dead-letters0");
  }

  @Test
  void theFirstFilesTakeOneRequest() {
    answers.add(page("job/a", Optional.of("more")));

    assertThat(storage.listFirst(FilePath.of("job"), 1)).hasSize(1);

    assertThat(requests).hasSize(1);
    assertThat(requests.getFirst().uri().getQuery()).contains("max-keys=1");
  }

  private static Answer page(String key, Optional<String> next) {
    return new Answer(
        200,
        Map.of("Content-Type", "application/xml"),
        "<ListBucketResult><IsTruncated>"
            + next.isPresent()
            + "</IsTruncated>"
            + next.map(token -> "<NextContinuationToken>" + token + "</NextContinuationToken>")
                .orElse("")
            + "<Contents><Key>team/cairn/"
            + key
            + "</Key><LastModified>2026-11-21T10:00:00Z</LastModified><Size>7</Size></Contents></ListBucketResult>");
  }

  @Test
  void aRefusalSaysWhichPermissionsAreNeeded() {
    answers.add(Answer.of(403, "AccessDenied"));

    assertThatThrownBy(() -> storage.delete(FILE))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("cannot delete s3://bucket/team/cairn/job/run")
        .hasMessageContaining("s3:ListBucket");
  }

  @Test
  void anAnswerThatNeverCameLeavesTheOutcomeUnknown() {
    server.stop(0);

    assertThatThrownBy(() -> storage.put(FILE, CONTENT, SHA256))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("the outcome is unknown");
  }

  @Test
  void thePrefixIsAPathOrEmpty() {
    answers.add(new Answer(204, Map.of(), ""));

    new S3FileStorage(s3, "bucket", "").delete(FILE);

    assertThat(requests.getFirst().uri().getPath()).isEqualTo("/bucket/job/run");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new S3FileStorage(s3, "bucket", "cairn/"));
  }
}
