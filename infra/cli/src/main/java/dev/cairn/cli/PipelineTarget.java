package dev.cairn.cli;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.cli.demo.RunningDemo;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbDamageStore;
import dev.cairn.dynamodb.DynamoDbDeployments;
import dev.cairn.dynamodb.DynamoDbHistory;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.dynamodb.DynamoDbMappingProblems;
import dev.cairn.dynamodb.DynamoDbRegistrations;
import dev.cairn.id.JobId;
import dev.cairn.job.Deployment;
import dev.cairn.retry.Backoff;
import java.net.URI;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * The pipeline that a command accesses: the one in the table that an option or the environment
 * names, otherwise the running demo. Region, credentials and endpoints are those of the standard
 * AWS configuration.
 */
final class PipelineTarget {
  private static final String TABLE = "CAIRN_TABLE";
  private static final String JOB = "CAIRN_JOB";

  @Option(
      names = "--table",
      paramLabel = "NAME",
      description = "The table (default: $" + TABLE + ", or the running demo's).")
  private @Nullable String table;

  @Option(
      names = "--job",
      paramLabel = "NAME",
      description = "The job (default: $" + JOB + ", or the running demo's).")
  private @Nullable String job;

  @Option(
      names = "--storage",
      paramLabel = "WHERE",
      description =
          "A directory, s3://bucket/prefix, or dynamodb: for the table itself (default: the"
              + " storage that the job was deployed with).")
  private @Nullable String storage;

  @Option(
      names = "--stream",
      paramLabel = "NAME",
      description = "The Kinesis stream (default: the stream that the job was deployed with).")
  private @Nullable String stream;

  @Option(
      names = "--region",
      paramLabel = "REGION",
      description = "The AWS region (default: AWS_REGION, or the profile's).")
  private @Nullable String region;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description = "The profile of your AWS configuration (default: AWS_PROFILE).")
  private @Nullable String profile;

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description =
          "The endpoint of all services, such as http://127.0.0.1:4566 (default:"
              + " AWS_ENDPOINT_URL, or AWS).")
  private @Nullable URI endpoint;

  /**
   * Connects to it.
   *
   * @throws ExitException if no pipeline is named and no demo runs
   */
  Connection connect(CliEnvironment cliEnvironment) {
    Optional<String> named = Optional.ofNullable(table).or(() -> cliEnvironment.variable(TABLE));
    if (named.isPresent()) {
      return toTable(tableName(named.get()), cliEnvironment);
    }
    // With a named table, a command must not use a demo that happens to run.
    Optional<RunningDemo> demo =
        endpoint != null ? Optional.empty() : RunningDemo.find(cliEnvironment.home());
    return toDemo(
        demo.orElseThrow(
            () ->
                ExitException.unusable(
                    "no demo runs on this machine, and no table is named: start a demo in"
                        + " another terminal with ./cairn demo --keep,"
                        + " or name a deployed pipeline with --table and --job (or "
                        + TABLE
                        + " and "
                        + JOB
                        + ")")));
  }

  /** Returns the stream that an option names, which needs no table. */
  Optional<String> stream() {
    return Optional.ofNullable(stream);
  }

  /** Creates clients as configured by the options and the environment. */
  Aws aws() {
    return aws(Optional.ofNullable(endpoint));
  }

  private Aws aws(Optional<URI> at) {
    return new Aws(at, Optional.ofNullable(region).map(Region::of), Optional.ofNullable(profile));
  }

  private Connection toTable(String name, CliEnvironment cliEnvironment) {
    JobId id =
        jobId(
            Optional.ofNullable(job)
                .or(() -> cliEnvironment.variable(JOB))
                .orElseThrow(
                    () ->
                        ExitException.unusable(
                            "--job is needed (or "
                                + JOB
                                + "): a table may hold several jobs, and finding them would"
                                + " need a scan of the table")));
    Aws aws = aws();
    try {
      DynamoDbClient client = aws.dynamoDb();
      Optional<Deployment> deployment =
          new DynamoDbDeployments(client, name, Backoff.sleeping()).find(id);
      return connection(client, name, id, deployment, Optional.empty(), aws);
    } catch (RuntimeException e) {
      aws.close();
      throw e;
    }
  }

  private Connection toDemo(RunningDemo demo) {
    JobId id = Optional.ofNullable(job).map(PipelineTarget::jobId).orElse(demo.job());
    Aws aws = aws(Optional.of(demo.endpoint()));
    return connection(aws.dynamoDb(), demo.table(), id, Optional.empty(), Optional.of(demo), aws);
  }

  private Connection connection(
      DynamoDbClient client,
      String name,
      JobId id,
      Optional<Deployment> deployment,
      Optional<RunningDemo> demo,
      Aws aws) {
    CheckpointSettings deployed =
        deployment.map(Deployment::settings).orElse(CheckpointSettings.DEFAULTS);
    return new Connection(
        id,
        name,
        new DynamoDbJournal(client, name, Backoff.sleeping()),
        new DynamoDbCheckpointStore(
            client, name, Backoff.sleeping(), InstantSource.system(), deployed),
        new DynamoDbDamageStore(client, name, Backoff.sleeping()),
        new DynamoDbHistory(client, name, Backoff.sleeping(), deployed),
        new DynamoDbRegistrations(client, name, Backoff.sleeping()),
        deployment,
        () -> new DynamoDbMappingProblems(client, name, Backoff.sleeping()).of(id),
        Optional.ofNullable(storage)
            .or(() -> deployment.map(Deployment::storage))
            .or(() -> demo.map(RunningDemo::storage)),
        Optional.ofNullable(stream).or(() -> deployment.map(Deployment::stream)),
        demo.isPresent(),
        aws);
  }

  private static String tableName(String name) {
    if (!name.matches("[A-Za-z0-9_.-]{3,255}")) {
      throw ExitException.unusable(
          "\""
              + name
              + "\" is not a table's name: a name has 3 to 255 characters of A-Z a-z 0-9 _ ."
              + " - (--table or "
              + TABLE
              + ")");
    }
    return name;
  }

  private static JobId jobId(String name) {
    try {
      return new JobId(name);
    } catch (IllegalArgumentException e) {
      throw ExitException.unusable(e.getMessage() + " (--job)");
    }
  }
}
