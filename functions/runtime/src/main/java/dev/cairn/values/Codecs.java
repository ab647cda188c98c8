package dev.cairn.values;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.type.TypeFactory;
import dev.cairn.state.ValueType;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Finds the codec of a type from its declaration. For one type; for one thread. */
public final class Codecs {
  private static final Map<Class<?>, Supplier<Collection<Object>>> LISTS =
      Map.of(
          List.class, ArrayList::new,
          ArrayList.class, ArrayList::new,
          LinkedList.class, LinkedList::new);
  private static final Map<Class<?>, Supplier<Collection<Object>>> SETS =
      Map.of(Set.class, LinkedHashSet::new, HashSet.class, HashSet::new);
  private static final Map<Class<?>, Supplier<Map<Object, Object>>> MAPS =
      Map.of(Map.class, LinkedHashMap::new, HashMap.class, HashMap::new);

  private static final int MOST_WITHIN = 200;
  private static final int SHOWN = 100;

  private final Map<JavaType, RecursiveCodec> inProgress = new HashMap<>();
  private final Set<JavaType> described = new HashSet<>();

  private Codecs() {}

  /**
   * The codec of a class.
   *
   * @throws IllegalArgumentException if its values could not be read back; says which part of it,
   *     and what to declare instead
   */
  public static ValueCodec of(Type type) {
    JavaType javaType = StateMapper.JACKSON.getTypeFactory().constructType(type);
    requireElements(javaType);
    return new Codecs().codec(javaType, javaType.getRawClass().getName());
  }

  private static void requireElements(JavaType type) {
    Class<?> raw = type.getRawClass();
    boolean bare =
        Collection.class.isAssignableFrom(raw)
            || Map.class.isAssignableFrom(raw)
            || raw == Optional.class;
    if (bare && raw.getTypeParameters().length > 0 && type.getBindings().isEmpty()) {
      throw new IllegalArgumentException(
          raw.getSimpleName()
              + " alone has no known extension, so its elements could not be read back; declare"
              + (Map.class.isAssignableFrom(raw)
                  ? " a MapStateDescriptor"
                  : raw == Optional.class ? " the type within" : " a ListStateDescriptor")
              + ", or a record with a component such as "
              + raw.getSimpleName()
              + (Map.class.isAssignableFrom(raw) ? "<String, Long>" : "<String>"));
    }
  }

  private ValueCodec codec(JavaType type, String path) {
    Class<?> raw = type.getRawClass();
    Optional<ValueCodec> leaf = ScalarCodecs.of(raw);
    if (leaf.isPresent()) {
      return leaf.get();
    }
    if (inProgress.size() > MOST_WITHIN) {
      throw new IllegalArgumentException(
          path.substring(0, Math.min(path.length(), SHOWN))
              + "… lies within itself with ever other type arguments, which has no end");
    }
    RecursiveCodec outer = inProgress.get(type);
    if (outer != null) {
      return outer;
    }
    if (raw == Optional.class) {
      return optional(type, path);
    }
    if (LISTS.containsKey(raw)) {
      return collection("List", CollectionCodec.Order.KEPT, LISTS.get(raw), type, path);
    }
    if (SETS.containsKey(raw)) {
      return collection("Set", CollectionCodec.Order.BY_BYTES, SETS.get(raw), type, path);
    }
    if (raw == LinkedHashSet.class) {
      return collection("Set", CollectionCodec.Order.KEPT, LinkedHashSet::new, type, path);
    }
    if (raw == EnumSet.class) {
      Supplier<Collection<Object>> create = noneOf(contained(type, 0));
      return collection("Set", CollectionCodec.Order.BY_BYTES, create, type, path);
    }
    if (raw == SortedSet.class || raw == NavigableSet.class || raw == TreeSet.class) {
      return collection("Set", CollectionCodec.Order.NATURAL, TreeSet::new, type, path);
    }
    if (MAPS.containsKey(raw)) {
      return map(CollectionCodec.Order.BY_BYTES, MAPS.get(raw), type, path);
    }
    if (raw == LinkedHashMap.class) {
      return map(CollectionCodec.Order.KEPT, LinkedHashMap::new, type, path);
    }
    if (raw == EnumMap.class) {
      return map(CollectionCodec.Order.BY_BYTES, emptyMapOf(contained(type, 0)), type, path);
    }
    if (raw == SortedMap.class || raw == NavigableMap.class || raw == TreeMap.class) {
      return map(CollectionCodec.Order.NATURAL, TreeMap::new, type, path);
    }
    if (type.isArrayType() && raw != char[].class) {
      JavaType element = type.getContentType();
      return new ArrayCodec(element.getRawClass(), codec(element, path + "[]"));
    }
    if (JacksonAnnotations.areOn(raw)) {
      return jackson(type);
    }
    if (type.isEnumType() && raw != Enum.class) {
      return new EnumCodec(raw);
    }
    if (raw.isRecord()) {
      return record(type, path);
    }
    if (raw.isSealed()
        && !raw.getName().startsWith("java.")
        && Modifier.isAbstract(raw.getModifiers())) {
      return sealed(type, path);
    }
    requireConcrete(type, path);
    return jackson(type);
  }

  private ValueCodec optional(JavaType type, String path) {
    JavaType content = contained(type, 0);
    ValueCodec codec = codec(content, path);
    if (codec.absence() == ValueCodec.Absence.EMPTY) {
      throw new IllegalArgumentException(
          path
              + " is an "
              + shown(type)
              + ": an empty Optional within an Optional cannot be told from an empty one;"
              + " declare one Optional, or a record or a sealed type that names the cases");
    }
    return new OptionalCodec(codec);
  }

  private ValueCodec collection(
      String name,
      CollectionCodec.Order order,
      Supplier<Collection<Object>> create,
      JavaType type,
      String path) {
    return new CollectionCodec(name, order, create, codec(contained(type, 0), path + "[]"));
  }

  private ValueCodec map(
      CollectionCodec.Order order,
      Supplier<Map<Object, Object>> create,
      JavaType type,
      String path) {
    JavaType keyType = contained(type, 0);
    ValueCodec values = codec(contained(type, 1), path + "[]");
    ValueCodec key = codec(keyType, path + "[key]");
    Optional<TextKey> textKey = TextKey.of(keyType.getRawClass(), key);
    if (textKey.isPresent()) {
      return new MapCodec(textKey.get(), values, order, create);
    }
    if (key instanceof JacksonCodec && Comparable.class.isAssignableFrom(keyType.getRawClass())) {
      // Jackson may have a key deserializer for it, which each value then proves.
      return jackson(type);
    }
    throw new IllegalArgumentException(
        path
            + " is a "
            + shown(type)
            + ": a map's key within a value is stored as text, and a "
            + keyType.getRawClass().getSimpleName()
            + " has none that can be read back; use text, a number, an enum or a time as the key, a"
            + " List of entries, or a MapStateDescriptor, whose keys may be records");
  }

  private ValueCodec record(JavaType type, String path) {
    Class<?> raw = type.getRawClass();
    RecursiveCodec within = new RecursiveCodec(raw.getName());
    inProgress.put(type, within);
    List<ValueCodec> codecs = new ArrayList<>();
    TypeFactory types = StateMapper.JACKSON.getTypeFactory();
    for (RecordComponent component : raw.getRecordComponents()) {
      JavaType declared = types.resolveMemberType(component.getGenericType(), type.getBindings());
      codecs.add(codec(declared, path + "." + component.getName()));
    }
    RecordCodec codec = new RecordCodec(raw, codecs);
    codec.complete();
    within.complete(codec);
    inProgress.remove(type);
    return codec;
  }

  private ValueCodec sealed(JavaType type, String path) {
    Class<?> raw = type.getRawClass();
    RecursiveCodec within = new RecursiveCodec(raw.getName());
    inProgress.put(type, within);
    Map<Class<?>, ValueCodec> subtypes = new LinkedHashMap<>();
    addSubtypes(type, raw, path, subtypes);
    SealedCodec codec = new SealedCodec(raw, subtypes);
    within.complete(codec);
    inProgress.remove(type);
    return codec;
  }

  private void addSubtypes(
      JavaType root, Class<?> sealed, String path, Map<Class<?>, ValueCodec> subtypes) {
    for (Class<?> subtype : sealed.getPermittedSubclasses()) {
      if (subtype.isRecord() || subtype.isEnum()) {
        subtypes.computeIfAbsent(
            subtype, leaf -> codec(specialized(root, leaf), path + "." + leaf.getSimpleName()));
      } else if (subtype.isSealed() && Modifier.isAbstract(subtype.getModifiers())) {
        addSubtypes(root, subtype, path, subtypes);
      } else {
        throw new IllegalArgumentException(
            path
                + " is the sealed type "
                + root.getRawClass().getName()
                + ", whose subtype "
                + subtype.getName()
                + " is neither a record nor an enum; make it one, or tell Jackson about the"
                + " subtypes with @JsonTypeInfo and @JsonSubTypes");
      }
    }
  }

  /** The subtype with the type arguments that the sealed type gives it. */
  private static JavaType specialized(JavaType sealed, Class<?> subtype) {
    TypeFactory types = StateMapper.JACKSON.getTypeFactory();
    try {
      return types.constructSpecializedType(sealed, subtype);
    } catch (IllegalArgumentException e) {
      return types.constructType(subtype); // a subtype of the sealed type with other arguments
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // a set of an enum's constants holds objects
  private static Supplier<Collection<Object>> noneOf(JavaType element) {
    Class<?> constants = element.getRawClass();
    if (!constants.isEnum()) {
      throw new IllegalArgumentException("an EnumSet does not say which enum's constants it holds");
    }
    return () -> (Collection<Object>) (Collection) EnumSet.noneOf((Class) constants);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // a map by an enum's constants has objects as keys
  private static Supplier<Map<Object, Object>> emptyMapOf(JavaType key) {
    Class<?> constants = key.getRawClass();
    if (!constants.isEnum()) {
      throw new IllegalArgumentException("an EnumMap does not say which enum's constants it has");
    }
    return () -> (Map<Object, Object>) (Map) new EnumMap((Class) constants);
  }

  private static void requireConcrete(JavaType type, String path) {
    Class<?> raw = type.getRawClass();
    boolean ambiguous =
        Modifier.isAbstract(raw.getModifiers()) && !type.isPrimitive() && !type.isArrayType();
    if (ambiguous && !StateMapper.readsAbstract(type)) {
      throw new IllegalArgumentException(
          path
              + " is "
              + (raw.isInterface() ? "the interface " : "the abstract class ")
              + raw.getName()
              + ", and what is stored does not say which class a value had; declare a"
              + " concrete class,"
              + " seal it with records as its subtypes, or tell Jackson about the subtypes with"
              + " @JsonTypeInfo and @JsonSubTypes");
    }
    if (raw == Object.class && path.equals(raw.getName())) {
      throw new IllegalArgumentException(
          "Object does not say what is stored; declare the class of the values");
    }
  }

  private ValueCodec jackson(JavaType type) {
    return new JacksonCodec(type, describe(type));
  }

  /** The properties of a class, as far as Jackson finds them by their declarations. */
  private ValueType describe(JavaType type) {
    Class<?> raw = type.getRawClass();
    if (raw.getName().startsWith("java.") && type.getBindings().size() > 0) {
      return ValueType.named(
          "json:" + raw.getName(),
          type.getBindings().getTypeParameters().stream()
              .map(this::describeProperty)
              .toArray(ValueType[]::new));
    }
    if (raw.getName().startsWith("java.") || raw.isEnum() || raw.isArray()) {
      return ValueType.named("json:" + type.toCanonical());
    }
    if (!described.add(type)) {
      return new ValueType.Enclosing(raw.getName());
    }
    Map<String, ValueType> subtypes = describeSubtypes(type);
    if (!subtypes.isEmpty()) {
      described.remove(type);
      return ValueType.oneOf(raw.getName(), subtypes);
    }
    Map<String, ValueType> properties = new TreeMap<>();
    for (BeanPropertyDefinition property :
        StateMapper.JACKSON.getSerializationConfig().introspect(type).findProperties()) {
      if (property.couldSerialize()) {
        requireUnordered(property);
        properties.put(property.getName(), describeProperty(property.getPrimaryType()));
      }
    }
    described.remove(type);
    return properties.isEmpty()
        ? ValueType.named("json:" + type.toCanonical())
        : ValueType.composite(raw.getName(), properties);
  }

  /** Within a class, Jackson writes entries by key and elements of sets in no order. */
  private static void requireUnordered(BeanPropertyDefinition property) {
    Class<?> raw = property.getPrimaryType().getRawClass();
    if (raw == LinkedHashMap.class || raw == LinkedHashSet.class) {
      throw new IllegalArgumentException(
          property.getFullName()
              + " is a "
              + raw.getSimpleName()
              + " of a class that Jackson binds, whose order would be lost; declare a "
              + (raw == LinkedHashMap.class ? "Map" : "Set")
              + " if the order does not matter, or make the class a record without annotations");
    }
  }

  /** The subtypes that annotations name, each with its properties; empty if there are none. */
  private Map<String, ValueType> describeSubtypes(JavaType type) {
    SerializationConfig config = StateMapper.JACKSON.getSerializationConfig();
    AnnotatedClass annotated = config.introspectClassAnnotations(type).getClassInfo();
    Map<String, ValueType> subtypes = new TreeMap<>();
    if (config.getAnnotationIntrospector().findPolymorphicTypeInfo(config, annotated) == null) {
      return subtypes;
    }
    for (NamedType subtype :
        config.getSubtypeResolver().collectAndResolveSubtypesByClass(config, annotated)) {
      Class<?> raw = subtype.getType();
      if (raw != type.getRawClass()
          && type.getRawClass().isAssignableFrom(raw)
          && !Modifier.isAbstract(raw.getModifiers())) {
        String name = subtype.hasName() ? subtype.getName() : raw.getSimpleName();
        subtypes.put(name, describe(specialized(type, raw)));
      }
    }
    return subtypes;
  }

  private ValueType describeProperty(JavaType type) {
    if (described.contains(type)) {
      return new ValueType.Enclosing(type.getRawClass().getName());
    }
    try {
      return codec(type, type.getRawClass().getName()).type();
    } catch (IllegalArgumentException e) {
      // What no codec would store exactly, the class's annotations may; each value proves it.
      return ValueType.named("json:" + type.toCanonical());
    }
  }

  private static JavaType contained(JavaType type, int index) {
    JavaType contained =
        type.isContainerType() || type.isReferenceType()
            ? type.getBindings().getBoundType(index)
            : type.containedType(index);
    return contained != null ? contained : TypeFactory.unknownType();
  }

  private static String shown(JavaType type) {
    return type.getRawClass().getSimpleName()
        + Arrays.toString(
                type.getBindings().getTypeParameters().stream()
                    .map(parameter -> parameter.getRawClass().getSimpleName())
                    .toArray())
            .replace('[', '<')
            .replace(']', '>');
  }
}
