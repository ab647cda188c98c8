package dev.cairn.local.cli;

import dev.cairn.checkpoint.CheckpointStore;
import dev.cairn.checkpoint.Job;
import dev.cairn.directory.DirectoryCheckpointStorage;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.id.JobId;
import dev.cairn.journal.Journal;
import dev.cairn.retry.Backoff;
import dev.cairn.s3.S3CheckpointStorage;
import dev.cairn.storage.CheckpointStorage;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Which pipeline a command speaks to: the demo that runs here, but for what the options say
 * otherwise.
 */
final class Target {
  private static final String S3 = "s3://";

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description =
          "Where DynamoDB is, and S3 (default: the running demo; AWS if --table is given).")
  private @Nullable URI endpoint;

  @Option(
      names = "--table",
      paramLabel = "NAME",
      description = "The table (default: the running demo's).")
  private @Nullable String table;

  @Option(
      names = "--job",
      paramLabel = "NAME",
      description = "The job (default: the running demo's).")
  private @Nullable String job;

  @Option(
      names = "--storage",
      paramLabel = "WHERE",
      description = "A directory or s3://bucket/prefix (default: the running demo's).")
  private @Nullable String storage;

  /** A pipeline's stores, and the job in them. */
  record Connection(
      JobId job,
      Journal journal,
      CheckpointStore checkpoints,
      Function<String, CheckpointStorage> opening,
      String where,
      AutoCloseable client)
      implements AutoCloseable {

    /**
     * @throws CommandException if there is no such job, or table
     */
    Job requireJob() {
      try {
        return checkpoints
            .job(job)
            .orElseThrow(
                () ->
                    CommandException.unusable(
                        "there is no job "
                            + job
                            + " in the table: check --job, or which jobs are deployed"));
      } catch (ResourceNotFoundException e) {
        throw CommandException.unusable(
            "there is no such table: check --table, --endpoint and the region ("
                + e.getMessage()
                + ")");
      }
    }

    CheckpointStorage storage() {
      return opening.apply(where);
    }

    @Override
    public void close() {
      try {
        client.close();
      } catch (Exception e) {
        throw new IllegalStateException("a client did not close: " + e.getMessage(), e);
      }
    }
  }

  /**
   * Connects to it.
   *
   * @throws CommandException if nothing says which pipeline is meant
   */
  Connection connect(Path home) {
    // Told where the table is, a command must not mix it with whatever demo happens to run.
    Optional<RunningDemo> demo =
        endpoint != null || table != null ? Optional.empty() : RunningDemo.find(home);
    if (demo.isEmpty() && table == null) {
      throw CommandException.unusable(
          "no demo runs here: start one in another terminal with ./cairn demo --keep, or say which pipeline you mean with"
              + " --table, --job, --storage and, outside AWS, --endpoint");
    }
    Optional<URI> at = Optional.ofNullable(endpoint).or(() -> demo.map(RunningDemo::endpoint));
    String name = table != null ? table : demo.orElseThrow().table();
    JobId id =
        job != null ? jobId(job) : demo.map(RunningDemo::job).orElseThrow(() -> missing("--job"));
    String files = storage != null ? storage : demo.map(RunningDemo::storage).orElse("");
    DynamoDbClient client =
        configure(DynamoDbClient.builder(), at)
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .build();
    return new Connection(
        id,
        new DynamoDbJournal(client, name, Backoff.sleeping()),
        new DynamoDbCheckpointStore(client, name, Backoff.sleeping(), InstantSource.system()),
        where -> open(where, at),
        files,
        client);
  }

  private static JobId jobId(String name) {
    try {
      return new JobId(name);
    } catch (IllegalArgumentException e) {
      throw CommandException.unusable(e.getMessage() + " (--job)");
    }
  }

  private static CommandException missing(String option) {
    return CommandException.unusable(
        option + " is needed: no running demo is meant that would say it");
  }

  private static <B extends AwsClientBuilder<B, C>, C> B configure(
      B builder, Optional<URI> endpoint) {
    endpoint.ifPresent(
        at -> {
          builder.endpointOverride(at);
          if (isLoopback(at)) {
            // An emulator takes any; without them the SDK would look for the user's real ones.
            builder
                .region(Region.US_EAST_1)
                .credentialsProvider(
                    StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")));
          }
        });
    return builder;
  }

  private static boolean isLoopback(URI endpoint) {
    String host = String.valueOf(endpoint.getHost());
    return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
  }

  private static CheckpointStorage open(String where, Optional<URI> endpoint) {
    if (where.isEmpty()) {
      throw missing("--storage");
    }
    if (!where.startsWith(S3)) {
      return new DirectoryCheckpointStorage(Path.of(where));
    }
    String path = where.substring(S3.length());
    int slash = path.indexOf('/');
    String bucket = slash < 0 ? path : path.substring(0, slash);
    String prefix = slash < 0 ? "" : path.substring(slash + 1).replaceAll("/+$", "");
    if (bucket.isEmpty()) {
      throw CommandException.unusable(
          "\"" + where + "\" names no bucket: write s3://bucket/prefix (--storage)");
    }
    S3Client client =
        configure(S3Client.builder().forcePathStyle(endpoint.isPresent()), endpoint)
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .build();
    return new S3CheckpointStorage(client, bucket, prefix);
  }
}
