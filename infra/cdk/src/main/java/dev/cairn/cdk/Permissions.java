package dev.cairn.cdk;

import dev.cairn.storage.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.Effect;
import software.amazon.awscdk.services.iam.PolicyDocument;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.s3.Bucket;
import software.constructs.Construct;

/**
 * The permissions of each function: the calls that its code makes, and those that Lambda makes with
 * its role to invoke it. Each purpose has one statement, named after it.
 *
 * @param job the job's name, with which the keys of all its objects begin
 * @param bucketArn the bucket of its checkpoints; empty if they lie inside the table
 * @param savepoints the folder of the job's savepoints; empty if there is no place for any
 * @param streamKeyArn the key that encrypts the source, if it is not Kinesis's own
 * @param stateKeyArn the user's key that encrypts table, bucket and queue, if there is one
 * @param endpoints the suffix of the services' endpoint names
 * @param functions additional needs of the functions: access to a VPC, tracing
 * @param parents for a fork, the objects of the jobs whose checkpoints it continues
 */
record Permissions(
    String job,
    String tableArn,
    String tableStreamArn,
    Optional<String> bucketArn,
    Optional<Objects> savepoints,
    String streamArn,
    Optional<String> streamKeyArn,
    Optional<String> stateKeyArn,
    String endpoints,
    Functions functions,
    List<String> parents) {

  /** A service on whose behalf a key may be used. */
  private enum Via {
    DYNAMODB,
    S3,
    SQS,
    KINESIS;

    /** The service's name as {@code kms:ViaService} has it. */
    String host(String endpoints) {
      return name().toLowerCase(Locale.ROOT) + "." + endpoints;
    }
  }

  /** The calls that Lambda itself makes with a function's role. */
  record Functions(boolean inVpc, boolean traced) {

    /** The reason why the statements have no narrower resource, as the end of a sentence. */
    String why() {
      return (inVpc ? " Lambda makes network interfaces in the role, whose ids nobody knows." : "")
          + (traced ? " X-Ray's actions have no resources." : "");
    }
  }

  /** The objects below a folder of a bucket. */
  record Objects(String bucketArn, String folder) {

    /** Returns the folder in the job's own bucket unless another bucket is set. */
    static Optional<Objects> ofSavepoints(
        Construct scope, ConstructSettings settings, Optional<String> ownBucketArn) {
      String job = settings.job().value();
      return settings
          .checkpointing()
          .savepointDirectory()
          .map(directory -> below(scope, directory))
          .or(() -> ownBucketArn.map(own -> new Objects(own, Layout.SAVEPOINTS.value())))
          .map(
              all ->
                  new Objects(
                      all.bucketArn(), all.folder().isEmpty() ? job : all.folder() + "/" + job));
    }

    /** The bucket may be one of the same app, whose name is a token. */
    private static Objects below(Construct scope, String directory) {
      String place = directory.substring("s3://".length()).replaceAll("/+$", "");
      int slash = place.indexOf('/');
      return new Objects(
          "arn:"
              + Stack.of(scope).getPartition()
              + ":s3:::"
              + (slash < 0 ? place : place.substring(0, slash)),
          slash < 0 ? "" : place.substring(slash + 1));
    }

    String named(String pattern) {
      return bucketArn + "/" + folder + "/" + pattern;
    }
  }

  /**
   * Returns the permissions of a fork, which can read all that its parent can read and can write
   * nothing of the parent.
   *
   * @param parent the job that it began from
   */
  Permissions reading(Permissions parent) {
    List<String> read = new ArrayList<>(parent.parents);
    parent.objects("chk-*", "shared/*").ifPresent(read::addAll);
    // A savepoint that the parent has claimed is a part of its checkpoints.
    parent.savepoints.ifPresent(all -> read.add(all.named("*")));
    return new Permissions(
        job,
        tableArn,
        tableStreamArn,
        bucketArn,
        savepoints,
        streamArn,
        streamKeyArn,
        stateKeyArn,
        endpoints,
        functions,
        read);
  }

  static Permissions of(Construct scope, ConstructSettings settings, DataStores.Made stores) {
    Optional<String> bucketArn = stores.bucket().map(Bucket::getBucketArn);
    return new Permissions(
        settings.job().value(),
        stores.table().getTableArn(),
        stores.table().getTableStreamArn(),
        bucketArn,
        Objects.ofSavepoints(scope, settings, bucketArn),
        stores.stream().getStreamArn(),
        Optional.ofNullable(stores.stream().getEncryptionKey()).map(key -> key.getKeyArn()),
        stores.key().map(IKey::getKeyArn),
        Stack.of(scope).getRegion() + "." + Stack.of(scope).getUrlSuffix(),
        new Functions(settings.network().isPresent(), settings.lambda().traced()),
        List.of());
  }

  Role task(Construct scope, String logGroupArn) {
    List<PolicyStatement> statements = new ArrayList<>();
    statements.add(
        allow(
            "Journal",
            List.of(tableArn),
            "dynamodb:ConditionCheckItem",
            "dynamodb:GetItem",
            "dynamodb:Query"));
    // Covers journals, acknowledgements, registrations and inline files of this job, but not of a
    // fork's parent.
    statements.add(
        onItems(
            "OwnItems",
            "ForAllValues:StringLike",
            List.of(
                "ACK#" + job + "#*", "FILE#" + job + "#*", "JOB#" + job, "JOURNAL#" + job + "/*"),
            "dynamodb:PutItem"));
    objects("*")
        .ifPresent(files -> statements.add(allow("Files", files, "s3:GetObject", "s3:PutObject")));
    savepoints.ifPresent(
        all ->
            statements.add(
                allow("Savepoints", List.of(all.named("*")), "s3:GetObject", "s3:PutObject")));
    parentsFiles().ifPresent(statements::add);
    missingFiles().ifPresent(statements::add);
    statements.add(
        allow(
            "Replay",
            List.of(streamArn),
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards"));
    statements.add(
        allow(
            "SourceMapping",
            List.of(streamArn),
            "kinesis:DescribeStream",
            "kinesis:DescribeStreamSummary",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards"));
    encryptedRecords().ifPresent(statements::add);
    encryptedState().ifPresent(statements::add);
    statements.addAll(ofFunctions());
    statements.add(logs(logGroupArn));
    return role(
        scope,
        "TaskRole",
        "Task function of Cairn job " + job,
        statements,
        "Names of objects are made as a job runs: the wildcards stand below the job's own folders,"
            + " for checkpoints and for savepoints."
            + functions.why());
  }

  Role coordinator(
      Construct scope,
      String logGroupArn,
      String tickQueueArn,
      String taskFunctionArn,
      String sourceMappingArn,
      Optional<String> eventBusArn) {
    List<PolicyStatement> statements = new ArrayList<>();
    statements.add(
        allow(
            "Checkpoints",
            List.of(tableArn),
            "dynamodb:ConditionCheckItem",
            "dynamodb:GetItem",
            "dynamodb:Query"));
    // The parent's coordinator creates a fork's item and registers it in the parent's partition. It
    // can therefore access the job items of other jobs, but not their journals or files.
    statements.add(
        onItems(
            "OwnItems",
            "ForAllValues:StringLike",
            List.of(
                "ACK#" + job + "#*",
                "EXPECTED#" + job + "#*",
                "FILE#" + job + "#*",
                "HISTORY#" + job,
                "JOB#*",
                "JOURNAL#" + job + "/*"),
            "dynamodb:PutItem",
            "dynamodb:UpdateItem"));
    // A retired subtask's registration is replaced by another item.
    statements.add(
        onItems(
            "Registrations",
            "ForAllValues:StringEquals",
            List.of("JOB#" + job),
            "dynamodb:DeleteItem"));
    objects("*").ifPresent(files -> statements.add(allow("Files", files, "s3:GetObject")));
    objects("chk-*/_metadata")
        .ifPresent(files -> statements.add(allow("Metadata", files, "s3:PutObject")));
    // This includes dead letters, which expire.
    statements.add(
        objects("chk-*", "dead-letters/*", "shared/*", "taskowned/*")
            .map(files -> allow("Collection", files, "s3:DeleteObject"))
            .orElseGet(this::inlineCollection));
    // Savepoints are deleted only on their owner's command.
    savepoints.ifPresent(
        all ->
            statements.add(
                allow(
                    "Savepoints",
                    List.of(all.named("*")),
                    "s3:DeleteObject",
                    "s3:GetObject",
                    "s3:PutObject")));
    parentsFiles().ifPresent(statements::add);
    missingFiles().ifPresent(statements::add);
    statements.add(
        allow(
            "Preflight",
            List.of(streamArn),
            "kinesis:DescribeStreamSummary",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards"));
    encryptedRecords().ifPresent(statements::add);
    statements.add(allow("Wakes", List.of(taskFunctionArn), "lambda:InvokeFunction"));
    statements.add(
        allow(
            "Halts",
            List.of(sourceMappingArn),
            "lambda:GetEventSourceMapping",
            "lambda:UpdateEventSourceMapping"));
    // The call lists mappings, so it cannot be restricted to one mapping.
    statements.add(allow("OtherMappings", List.of("*"), "lambda:ListEventSourceMappings"));
    statements.add(allow("Ticks", List.of(tickQueueArn), "sqs:SendMessage"));
    eventBusArn.ifPresent(bus -> statements.add(allow("Events", List.of(bus), "events:PutEvents")));
    statements.add(
        allow(
            "TickQueueMapping",
            List.of(tickQueueArn),
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ReceiveMessage"));
    statements.add(
        allow(
            "TableStreamMapping",
            List.of(tableStreamArn),
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator"));
    // The call lists streams, so it cannot be restricted to one stream.
    statements.add(allow("TableStreams", List.of(tableArn + "/stream/*"), "dynamodb:ListStreams"));
    encryptedState(Via.SQS).ifPresent(statements::add);
    statements.addAll(ofFunctions());
    statements.add(logs(logGroupArn));
    return role(
        scope,
        "CoordinatorRole",
        "Coordinator of Cairn job " + job,
        statements,
        "Names of objects are made as a job runs: the wildcards stand below the job's own folders,"
            + " for checkpoints and for savepoints. ListStreams cannot be granted for one"
            + " stream: it is, for those of the job's table;"
            + " and ListEventSourceMappings, which reads only, for no mapping alone."
            + functions.why());
  }

  /**
   * Creates the scrubber's role, which can read everything of the job and write only damage marks.
   */
  Role scrubber(Construct scope, String logGroupArn) {
    List<PolicyStatement> statements = new ArrayList<>();
    statements.add(allow("References", List.of(tableArn), "dynamodb:GetItem", "dynamodb:Query"));
    statements.add(
        onItems(
            "Marks",
            "ForAllValues:StringEquals",
            List.of("SCRUB#" + job),
            "dynamodb:DeleteItem",
            "dynamodb:PutItem"));
    List<String> read =
        Stream.of(
                objects("*").stream().flatMap(List::stream),
                savepoints.stream().map(all -> all.named("*")),
                parents.stream())
            .flatMap(files -> files)
            .toList();
    if (!read.isEmpty()) {
      statements.add(allow("Files", read, "s3:GetObject"));
    }
    missingFiles().ifPresent(statements::add);
    encryptedState().ifPresent(statements::add);
    statements.addAll(ofFunctions());
    statements.add(logs(logGroupArn));
    return role(
        scope,
        "ScrubberRole",
        "Scrubber of Cairn job " + job,
        statements,
        "Names of objects are made as a job runs: the wildcards stand below the job's own folders,"
            + " for checkpoints and for savepoints."
            + functions.why());
  }

  private Optional<PolicyStatement> parentsFiles() {
    return parents.isEmpty()
        ? Optional.empty()
        : Optional.of(allow("ParentsFiles", parents, "s3:GetObject"));
  }

  /** Empty if the job has no bucket. */
  private Optional<List<String>> objects(String... ofJob) {
    return bucketArn.map(
        arn -> Stream.of(ofJob).map(objects -> arn + "/" + job + "/" + objects).toList());
  }

  /** Grants access to files stored as items, and to nothing else in the table. */
  private PolicyStatement inlineCollection() {
    return onItems(
        "Collection",
        "ForAllValues:StringLike",
        List.of("FILE#" + job + "#*"),
        "dynamodb:DeleteItem");
  }

  private PolicyStatement onItems(
      String purpose, String condition, List<String> partitionKeys, String... actions) {
    return PolicyStatement.Builder.create()
        .sid(purpose)
        .effect(Effect.ALLOW)
        .actions(List.of(actions))
        .resources(List.of(tableArn))
        .conditions(Map.of(condition, Map.of("dynamodb:LeadingKeys", partitionKeys)))
        .build();
  }

  /**
   * Without this permission S3 returns 403 for a file that does not exist. A condition on the
   * prefix would have the same effect, because GET and HEAD requests have no prefix.
   */
  private Optional<PolicyStatement> missingFiles() {
    List<String> buckets =
        Stream.concat(bucketArn.stream(), savepoints.map(Objects::bucketArn).stream())
            .distinct()
            .toList();
    return buckets.isEmpty()
        ? Optional.empty()
        : Optional.of(allow("MissingFiles", buckets, "s3:ListBucket"));
  }

  private Optional<PolicyStatement> encryptedRecords() {
    return streamKeyArn.map(
        key -> throughServices("EncryptedRecords", key, List.of(Via.KINESIS), "kms:Decrypt"));
  }

  /** Table, bucket and queue check the caller's permission to use their key. */
  private Optional<PolicyStatement> encryptedState(Via... others) {
    List<Via> services = new ArrayList<>(List.of(Via.DYNAMODB));
    if (bucketArn.isPresent() || savepoints.isPresent()) {
      services.add(Via.S3);
    }
    services.addAll(List.of(others));
    return stateKeyArn.map(
        key ->
            throughServices(
                "EncryptedState",
                key,
                services,
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey"));
  }

  private PolicyStatement throughServices(
      String purpose, String keyArn, List<Via> services, String... actions) {
    return PolicyStatement.Builder.create()
        .sid(purpose)
        .effect(Effect.ALLOW)
        .actions(List.of(actions))
        .resources(List.of(keyArn))
        .conditions(
            Map.of(
                "StringEquals",
                Map.of(
                    "kms:ViaService",
                    services.stream().map(service -> service.host(endpoints)).toList())))
        .build();
  }

  /** Neither permission can be restricted to a resource. */
  private List<PolicyStatement> ofFunctions() {
    List<PolicyStatement> statements = new ArrayList<>();
    if (functions.inVpc()) {
      statements.add(
          allow(
              "Network",
              List.of("*"),
              "ec2:AssignPrivateIpAddresses",
              "ec2:CreateNetworkInterface",
              "ec2:DeleteNetworkInterface",
              "ec2:DescribeNetworkInterfaces",
              "ec2:DescribeSubnets",
              "ec2:UnassignPrivateIpAddresses"));
    }
    if (functions.traced()) {
      statements.add(
          allow("Traces", List.of("*"), "xray:PutTelemetryRecords", "xray:PutTraceSegments"));
    }
    return statements;
  }

  private static PolicyStatement logs(String logGroupArn) {
    return allow("Logs", List.of(logGroupArn), "logs:CreateLogStream", "logs:PutLogEvents");
  }

  private static PolicyStatement allow(String purpose, List<String> resources, String... actions) {
    return PolicyStatement.Builder.create()
        .sid(purpose)
        .effect(Effect.ALLOW)
        .actions(List.of(actions))
        .resources(resources)
        .build();
  }

  private static Role role(
      Construct scope,
      String id,
      String description,
      List<PolicyStatement> statements,
      String whyWildcards) {
    Role role =
        Role.Builder.create(scope, id)
            .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
            .description(description)
            .inlinePolicies(
                Map.of("Calls", PolicyDocument.Builder.create().statements(statements).build()))
            .build();
    NagReasons.explain(role, new NagReasons.Reason("AwsSolutions-IAM5", whyWildcards));
    return role;
  }
}
