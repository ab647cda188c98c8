package dev.cairn.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EvolutionTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "int",
        "Optional<String>",
        "Map<enum:shop.Color,List<shop.Line{cents=long,~gone=String}>>",
        "Map<enum:shop.Color<BLUE,RED>,Optional<enum:shop.Size<L%2cXL>>>",
        "shop.Total{a=int,b=shop.Total$Inner{},next=Optional<^shop.Total>}",
        "shop.Shape(Circle=shop.Circle{r=double}|Square=shop.Square{side=double})",
        "json:java.util.Map%3cjava.lang.String%2cjava.lang.Object%3e",
        "shop.Bean{a:b%3d=int}"
      })
  void theTextOfATypeIsReadAgain(String text) {
    assertThat(ValueType.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a{", "a{b}", "a{b=}", "a<", "a<b", "a)", "a%4", "a{b=c}d"})
  void malformedTextIsRefused(String text) {
    assertThatThrownBy(() -> ValueType.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not a value's type");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        // widened
        "r{a=byte}; r{a=short}; r{a=short}",
        "r{a=int}; r{a=long}; r{a=long}",
        "r{a=int}; r{a=double}; r{a=double}",
        "r{a=short}; r{a=float}; r{a=float}",
        "r{a=float}; r{a=double}; r{a=double}",
        "r{a=int}; r{a=Integer}; r{a=Integer}",
        "r{a=int}; r{a=Long}; r{a=Long}",
        "r{a=int}; r{a=OptionalLong}; r{a=OptionalLong}",
        "r{a=Integer}; r{a=OptionalInt}; r{a=OptionalInt}",
        "r{a=OptionalInt}; r{a=Optional<Integer>}; r{a=Optional<Integer>}",
        "r{a=String}; r{a=Optional<String>}; r{a=Optional<String>}",
        "r{a=s{b=int}}; r{a=Optional<s{b=long}>}; r{a=Optional<s{b=long}>}",
        "r{a=List<int>}; r{a=List<long>}; r{a=List<long>}",
        "r{a=Map<Integer,Integer>}; r{a=Map<Long,Long>}; r{a=Map<Long,Long>}",
        "Integer; Long; Long",
        // added and removed; what was removed is remembered
        "r{a=int}; r{a=int,b=String}; r{a=int,b=String}",
        "r{a=int,b=String}; r{a=int}; r{a=int,~b=String}",
        "r{~b=String,a=int}; r{a=int}; r{a=int,~b=String}",
        "r{~b=int,a=int}; r{a=int,b=long}; r{a=int,b=long}",
        "r{a=s{x=int}}; r{a=s{y=int}}; r{a=s{y=int,~x=int}}",
        "r{a=List<s{x=int}>}; r{a=List<s{}>}; r{a=List<s{~x=int}>}",
        // an enum gets more constants, in any order; earlier releases did not name them
        "r{a=enum:A<X,Y>}; r{a=enum:A<Z,Y,X>}; r{a=enum:A<X,Y,Z>}",
        "r{a=enum:A}; r{a=enum:A<X>}; r{a=enum:A<X>}",
        "r{a=enum:A<X>}; r{a=Optional<enum:A<X,Y>>}; r{a=Optional<enum:A<X,Y>>}",
        "r{a=Map<enum:A<X>,long>}; r{a=Map<enum:A<X,Y>,long>}; r{a=Map<enum:A<X,Y>,long>}",
        "Map<k{c=enum:A<X>},long>; Map<k{c=enum:A<X,Y>},long>; Map<k{c=enum:A<X,Y>},long>",
        "s(A=enum:A<X>); s(A=enum:A<X,Y>); s(A=enum:A<X,Y>)",
        // sealed types and recursion
        "s(A=a{x=int}); s(A=a{x=long}|B=b{}); s(A=a{x=long}|B=b{})",
        "r{n=Optional<^r>,x=int}; r{n=Optional<^r>,x=long}; r{n=Optional<^r>,x=long}",
      })
  void isAccepted(String stored, String declared, String merged) {
    assertThat(Evolution.of(ValueType.parse(stored), ValueType.parse(declared)))
        .isEqualTo(new Evolution.Accepted(ValueType.parse(merged)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "r{a=double}; r{a=long}; a",
        "r{a=long}; r{a=int}; a",
        "r{a=long}; r{a=double}; a",
        "r{a=int}; r{a=float}; a",
        "r{a=double}; r{a=float}; a",
        "r{a=long}; r{a=Instant}; a",
        "r{a=String}; r{a=long}; a",
        "r{a=boolean}; r{a=int}; a",
        "r{a=int}; r{a=boolean}; a",
        "r{a=int}; r{a=String}; a",
        "r{a=char}; r{a=int}; a",
        "r{a=Integer}; r{a=int}; a",
        "r{a=Optional<String>}; r{a=String}; a",
        "r{a=OptionalInt}; r{a=Integer}; a",
        "r{a=List<String>}; r{a=Set<String>}; a",
        "r{a=String}; r{a=List<String>}; a",
        "r{a=List<long>}; r{a=List<int>}; a[]",
        "r{a=Map<String,long>}; r{a=Map<Long,long>}; a[key]",
        "r{a=Map<Float,long>}; r{a=Map<Double,long>}; a[key]",
        "r{a=s{b=t{c=long}}}; r{a=s{b=t{c=String}}}; a.b.c",
        "r{a=List<s{b=long}>}; r{a=List<s{b=String}>}; a[].b",
        "r{a=s{b=int}}; r{a=t{b=int}}; a",
        "r{a=enum:A}; r{a=enum:B}; a",
        "r{a=enum:A<X,Y>}; r{a=enum:A<X>}; a",
        "r{a=enum:A<X>}; r{a=enum:A}; a",
        "r{a=Optional<enum:A<X,Y>>}; r{a=Optional<enum:A<Y,Z>>}; a",
        "r{a=List<enum:A<X,Y>>}; r{a=List<enum:A<X>>}; a[]",
        "r{a=Map<enum:A<X,Y>,long>}; r{a=Map<enum:A<X>,long>}; a[key]",
        "r{a=Map<k{c=enum:A<X,Y>},long>}; r{a=Map<k{c=enum:A<X>},long>}; a[key].c",
        "s(A=enum:A<X,Y>); s(A=enum:A<X>); A",
        "r{~b=String,a=int}; r{a=int,b=long}; b",
        "s(A=a{}|B=b{}); s(A=a{}); ''",
        "s(A=a{x=int}); s(A=a{x=String}); A.x",
        "r{n=Optional<^r>}; r{n=Optional<^t>}; n",
        "r{n=Optional<^r>}; r{n=Optional<String>}; n",
      })
  void isRefusedByName(String stored, String declared, String path) {
    Evolution evolution = Evolution.of(ValueType.parse(stored), ValueType.parse(declared));
    assertThat(evolution).isInstanceOf(Evolution.Refused.class);
    assertThat(((Evolution.Refused) evolution).path()).isEqualTo(path);
  }

  private static StateSchema schema(String kind, String ids, String type) {
    return new StateSchema(
        "s", kind, ids, Optional.of(type).filter(t -> !t.isEmpty()).map(ValueType::parse));
  }

  @Test
  void aStateOfAnEarlierReleaseIsComparedByItsSerializers() {
    StateSchema typed = schema("value", "record:r", "r{a=int}");
    assertThat(schema("value", "record:r", "").to(typed))
        .isEqualTo(new StateSchema.SchemaChange.Accepted(typed));
    assertThat(schema("value", "record:q", "").to(typed))
        .isInstanceOf(StateSchema.SchemaChange.Refused.class);
    assertThat(typed.to(schema("value", "record:r", "")))
        .isEqualTo(new StateSchema.SchemaChange.Accepted(schema("value", "record:r", "")));
  }

  @Test
  void scalarsAreWidenedToo() {
    assertThat(schema("value", "integer", "").to(schema("value", "long", "")))
        .isEqualTo(new StateSchema.SchemaChange.Accepted(schema("value", "long", "")));
    assertThat(schema("list", "integer", "").to(schema("list", "double", "")))
        .isInstanceOf(StateSchema.SchemaChange.Accepted.class);
    assertThat(schema("value", "long", "").to(schema("value", "integer", "")))
        .isInstanceOf(StateSchema.SchemaChange.Refused.class);
    assertThat(schema("value", "long", "").to(schema("list", "long", "")))
        .isInstanceOf(StateSchema.SchemaChange.Refused.class);
  }

  @Test
  void theUserKeysOfAMapKeepTheirBytes() {
    assertThat(schema("map", "integer,long", "").to(schema("map", "long,long", "")))
        .isInstanceOf(StateSchema.SchemaChange.Accepted.class);
    assertThat(schema("map", "integer,long", "").to(schema("map", "double,long", "")))
        .isInstanceOf(StateSchema.SchemaChange.Refused.class);
    StateSchema byRecord = schema("map", "record:k,long", "Map<k{a=int},Long>");
    assertThat(byRecord.to(byRecord)).isEqualTo(new StateSchema.SchemaChange.Accepted(byRecord));
    StateSchema.SchemaChange.Refused refused =
        (StateSchema.SchemaChange.Refused)
            byRecord.to(schema("map", "record:k,long", "Map<k{a=int,b=int},Long>"));
    assertThat(refused.problem("code")).contains("the map's key");
  }

  @Test
  void theTypeIsStoredWhereThereIsOne() {
    for (StateSchema schema :
        List.of(schema("value", "long", ""), schema("value", "record:r", "r{a=int,~b=String}"))) {
      assertThat(StateFields.readSchema(StateFields.write(schema))).isEqualTo(schema);
    }
    assertThat(StateFields.write(schema("value", "long", "")).has("type")).isFalse();
  }

  @Test
  void aRefusalNamesStateComponentAndBothTypes() {
    StateSchema stored = schema("value", "record:r", "r{cents=double}");
    StateSchema.SchemaChange.Refused refused =
        (StateSchema.SchemaChange.Refused) stored.to(schema("value", "record:r", "r{cents=long}"));
    assertThat(refused.problem("version 8"))
        .isEqualTo(
            "component \"cents\" of state \"s\" is stored as double, but version 8 declares it as"
                + " long");
  }

  @Test
  void aConstantThatAnEnumHasLostIsNamed() {
    StateSchema stored =
        schema("value", "record:r", "r{colour=Optional<enum:shop.Colour<BLUE,GREEN,RED>>}");
    StateSchema.SchemaChange.Refused one =
        (StateSchema.SchemaChange.Refused)
            stored.to(
                schema("value", "record:r", "r{colour=Optional<enum:shop.Colour<BLUE,RED>>}"));
    assertThat(one.problem("version 8"))
        .isEqualTo(
            "component \"colour\" of state \"s\" is stored as enum shop.Colour with the constant"
                + " GREEN, but version 8 declares it as the enum without it");
    StateSchema.SchemaChange.Refused two =
        (StateSchema.SchemaChange.Refused)
            schema("map", "enum:shop.Colour,long", "Map<enum:shop.Colour<BLUE,GREEN,RED>,Long>")
                .to(
                    schema(
                        "map", "enum:shop.Colour,long", "Map<enum:shop.Colour<BLACK,RED>,Long>"));
    assertThat(two.problem("version 8"))
        .isEqualTo(
            "component \"the map's key\" of state \"s\" is stored as enum shop.Colour with the"
                + " constants BLUE, GREEN, but version 8 declares it as the enum without them");
  }

  @Test
  void aRefusedKeyShowsWhatDiffers() {
    StateSchema.SchemaChange.Refused refused =
        (StateSchema.SchemaChange.Refused)
            schema("map", "record:k,long", "Map<k{a=int},Long>")
                .to(schema("map", "record:k,long", "Map<k{a=int,b=int},Long>"));
    assertThat(refused.problem("version 8"))
        .endsWith("is stored as k{a=int}, but version 8 declares it as k{a=int,b=int}");
  }
}
