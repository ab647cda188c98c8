package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream.Placed;
import dev.cairn.inmemory.world.World;
import dev.cairn.localstack.Repeated;
import dev.cairn.stream.Shard;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;
import software.amazon.awssdk.services.lambda.model.FunctionResponseType;
import software.amazon.awssdk.services.lambda.model.Runtime;
import software.amazon.awssdk.services.lambda.model.State;

/**
 * A stream, a mapping set as Cairn sets it, and a {@link DeployedScript}, all of this scene's own.
 */
final class LocalStackMappingScene implements EventSourceMappingContract.Scene, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  // Long enough for a first invocation, which loads classes, on a busy machine.
  private static final Duration TIMEOUT = Duration.ofSeconds(6);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);
  // LocalStack asks for a role and does not use it.
  private static final String ROLE = "arn:aws:iam::000000000000:role/contract";

  private final World world;
  private final int batchSize;
  private final LambdaClient lambda = LocalStackServices.lambda();
  private final LocalStackStream stream;
  private Optional<String> mapping = Optional.empty();
  private List<Delivered> deliveries = List.of();
  private Instant lookAgain = Instant.MIN;

  LocalStackMappingScene(World world, int shards, int batchSize) {
    this.world = world;
    this.batchSize = batchSize;
    this.stream = new LocalStackStream(world, shards);
    Repeated.create(
        () ->
            lambda.createFunction(
                create ->
                    create
                        .functionName(stream.name())
                        .runtime(Runtime.JAVA21)
                        .handler(DeployedScript.HANDLER)
                        .role(ROLE)
                        .memorySize(256)
                        .timeout(Math.toIntExact(TIMEOUT.toSeconds()))
                        .environment(
                            environment ->
                                environment.variables(
                                    Map.of(
                                        DeployedScript.TABLE,
                                        LocalStackServices.TABLE,
                                        DeployedScript.PARTITION,
                                        stream.name(),
                                        DeployedScript.STALL,
                                        TIMEOUT.multipliedBy(2).toString())))
                        .code(
                            code -> code.zipFile(SdkBytes.fromByteArray(DeploymentPackage.ZIP)))));
    boolean active =
        world.await(
            PATIENCE,
            () ->
                lambda.getFunctionConfiguration(get -> get.functionName(stream.name())).state()
                    == State.ACTIVE);
    assertThat(active).as("function %s is active within %s", stream.name(), PATIENCE).isTrue();
  }

  @Override
  public World world() {
    return world;
  }

  @Override
  public List<Shard> shards() {
    return stream.shards();
  }

  @Override
  public Placed put(Shard shard, Instruction instruction) {
    return stream.put("key", instruction.toData(), Optional.of(shard.range().from()));
  }

  @Override
  public void split(ShardId shard) {
    stream.split(shard);
  }

  @Override
  public void startMapping() {
    mapping =
        Optional.of(
            lambda
                .createEventSourceMapping(
                    create ->
                        create
                            .eventSourceArn(stream.arn())
                            .functionName(stream.name())
                            .startingPosition(EventSourcePosition.TRIM_HORIZON)
                            .batchSize(batchSize)
                            .parallelizationFactor(1)
                            .maximumRetryAttempts(-1)
                            .maximumRecordAgeInSeconds(-1)
                            .functionResponseTypes(FunctionResponseType.REPORT_BATCH_ITEM_FAILURES))
                .uuid());
  }

  /** Asked far more often than the table should be. */
  @Override
  public List<Delivered> deliveries() {
    Instant now = world.now();
    if (!now.isBefore(lookAgain)) {
      deliveries = notes();
      lookAgain = now.plus(BETWEEN_LOOKS);
    }
    return deliveries;
  }

  private List<Delivered> notes() {
    return LocalStackServices.dynamoDb()
        .queryPaginator(
            query ->
                query
                    .tableName(LocalStackServices.TABLE)
                    .consistentRead(true)
                    .keyConditionExpression("pk = :pk AND begins_with(sk, :sk)")
                    .expressionAttributeValues(
                        Map.of(
                            ":pk", AttributeValue.fromS(stream.name()),
                            ":sk", AttributeValue.fromS(DeployedScript.DELIVERED))))
        .items()
        .stream()
        .map(LocalStackMappingScene::delivered)
        .toList();
  }

  private static Delivered delivered(Map<String, AttributeValue> note) {
    return new Delivered(
        new ShardId(text(note, "shard")),
        numbers(text(note, "records")),
        numbers(text(note, "done")),
        Instant.parse(text(note, "started")),
        Instant.parse(text(note, "ended")));
  }

  private static String text(Map<String, AttributeValue> note, String name) {
    return Objects.requireNonNull(note.get(name), name).s();
  }

  private static List<SequenceNumber> numbers(String spaced) {
    return Stream.of(spaced.split(" ", -1))
        .filter(digits -> !digits.isEmpty())
        .map(SequenceNumber::new)
        .toList();
  }

  @Override
  public void close() {
    mapping.ifPresent(uuid -> lambda.deleteEventSourceMapping(delete -> delete.uuid(uuid)));
    lambda.deleteFunction(delete -> delete.functionName(stream.name()));
    stream.close();
  }

  /** The classes that {@link DeployedScript} needs: its own package, ids, and a JSON parser. */
  private static final class DeploymentPackage {
    private static final byte[] ZIP = zip();

    private static byte[] zip() {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
        addPackageOf(DeployedScript.class, zip);
        addPackageOf(SequenceNumber.class, zip);
        addPackageOf(JsonFactory.class, zip);
      } catch (IOException e) {
        throw new UncheckedIOException("the scripted function cannot be packed", e);
      }
      return bytes.toByteArray();
    }

    private static void addPackageOf(Class<?> type, ZipOutputStream zip) throws IOException {
      Path root = codeSource(type);
      if (Files.isRegularFile(root)) {
        // A library, or a module of this build that is packed already.
        add("lib/" + root.getFileName(), root, zip);
        return;
      }
      Path folder = root.resolve(type.getPackageName().replace('.', '/'));
      List<Path> classes = new ArrayList<>();
      try (Stream<Path> listed = Files.list(folder)) {
        listed.filter(file -> file.toString().endsWith(".class")).forEach(classes::add);
      }
      for (Path file : classes) {
        add(root.relativize(file).toString(), file, zip);
      }
    }

    private static void add(String name, Path file, ZipOutputStream zip) throws IOException {
      zip.putNextEntry(new ZipEntry(name));
      Files.copy(file, zip);
      zip.closeEntry();
    }

    private static Path codeSource(Class<?> type) {
      try {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
      } catch (URISyntaxException e) {
        throw new IllegalStateException(type + " is in no file", e);
      }
    }
  }
}
