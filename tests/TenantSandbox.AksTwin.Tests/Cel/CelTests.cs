using System.Text.Json.Nodes;
using CsCheck;
using TenantSandbox.AksTwin.Cel;

namespace TenantSandbox.AksTwin.Tests.Cel;

/// <summary>The evaluator of CEL: what it computes, what fails, and what it refuses to compile.</summary>
public sealed class CelTests
{
    private static readonly JsonNode Data = JsonNode.Parse("""
        {"name":"web","size":3,"half":0.5,"on":true,"none":null,"list":["a","b"],"numbers":[1,2,3],"map":{"k":"v","tenantsandbox/x":"y"},
        "same":{"tenantsandbox/x":"y","k":"v"},"containers":[{"image":"r/a"},{"image":"s/b","limits":{"cpu":"1"}}]}
        """)!;

    [Theory]
    [InlineData("1 + 2 * 3 == 7 && (1 + 2) * 3 == 9 && 7 / 2 == 3 && -7 % 3 == -1 && 0x10 == 16")]
    [InlineData("d.size + 1 == 4 && d.half < 1 && d.size > d.half && d.size == 3.0 && -d.size == -3")]
    [InlineData("'a' + \"b\" == 'ab' && r'\\n'.size() == 2 && '\\u00e9\\'\\x41' == 'é\\'A' && '''it's''' == \"it's\"")]
    [InlineData("d.list + ['c'] == ['a', 'b', 'c'] && [] + d.list == d.list && ['b', 'a'] != d.list")]
    [InlineData("d.map == d.same && d.map != {} && {'k': 'v'} == {'k': 'v'} && d != d.map")]
    [InlineData("has(d.name) && !has(d.other) && has(d.none) && !has(d.name.x) && !has(d.none.x)")]
    [InlineData("'k' in d.map && !('v' in d.map) && 'a' in d.list && 1 in d.numbers && 2.0 in d.numbers && !('1' in d.numbers)")]
    [InlineData("d.map['k'] == 'v' && d.map.k == 'v' && d['list'][1] == 'b'")]
    [InlineData("d.list.all(x, x != 'c') && d.list.exists(x, x == 'b') && d.numbers.exists_one(n, n > 2) && !d.numbers.exists_one(n, n > 1)")]
    [InlineData("d.map.all(k, d.map[k] == d.same[k]) && d.map.exists(k, k.startsWith('tenantsandbox/'))")]
    [InlineData("d.numbers.map(n, n * 2) == [2, 4, 6] && d.numbers.filter(n, n > 1) == [2, 3] && d.numbers.map(n, n > 1, n * 10) == [20, 30]")]
    [InlineData("d.containers.map(c, has(c.limits) ? c.limits.cpu : '') == ['', '1'] && d.containers.filter(c, has(c.limits)).size() == 1")]
    [InlineData("[[1, 2], [3]].exists(l, l.exists(n, n == 3) && l.size() == 1) && [1].all(n, [2].all(n, n == 2) && n == 1)")]
    [InlineData("size(d.name) == 3 && 'é€'.size() == 2 && d.name.contains('e') && d.name.endsWith('b') && string(d.size) == '3' && int('4') == 4")]
    [InlineData("'a@sha256:00'.matches('^[^@]+@sha256:[0-9a-f]{2}$') && !'a\\n'.matches('^a$') && !'٣'.matches('\\\\d') && 'xay'.matches('a') && 'a-b'.matches('[\\\\w-]{3}')")]
    [InlineData("true || d.other == 1")]
    [InlineData("d.other == 1 || true")]
    [InlineData("!(d.other == 1 && false) && !(false && d.other == 1)")]
    [InlineData("d.numbers.exists(n, n == 3 || d.other == n) && !d.numbers.all(n, n < 3 && (n < 2 || d.other == n))")]
    [InlineData("true ? true : d.other // a comment")]
    [InlineData("d.none == null && d.name != dyn(1) && dyn(1) == dyn(1.0)")]
    public void Evaluate_ExpressionOfTheStandard_IsTrue(string expression) => Assert.Equal(true, Evaluate(expression));

    [Theory]
    [InlineData("d.other == 1", "no such key: other")]
    [InlineData("d.none.x == 1", "no such key: x")]
    [InlineData("has(d.other.x)", "no such key: other")]
    [InlineData("d.other == 1 || false", "no such key: other")]
    [InlineData("d.list[2] == 'c'", "index out of bounds: 2")]
    [InlineData("d.map['z'] == 'c'", "no such key: z")]
    [InlineData("d.name + d.size == ''", "no such overload")]
    [InlineData("d.name && true", "no such overload")]
    [InlineData("d.name ? true : false", "no such overload")]
    [InlineData("d.size > 'a'", "no such overload")]
    [InlineData("d.numbers.all(n, n > 0 && d.other)", "no such key: other")]
    [InlineData("d.numbers.map(n, d.other).size() == 3", "no such key: other")]
    [InlineData("9223372036854775807 + d.size > 0", "integer overflow")]
    [InlineData("1 / (d.size - 3) == 1", "division by zero")]
    [InlineData("int(d.name) == 1", "type conversion error from 'string' to 'int'")]
    [InlineData("d.name.matches(d.name + '(')", "Invalid pattern")]
    [InlineData("{d.name: 1, 'web': 2} == {}", "Failed with repeated key web")]
    public void Evaluate_WhatFails_NamesTheReason(string expression, string reason) =>
        Assert.StartsWith(reason, Assert.Throws<CelEvaluationException>(() => Evaluate(expression)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("other == 1", 1, "undeclared reference to 'other' (in container '')")]
    [InlineData("true || other", 9, "undeclared reference to 'other' (in container '')")]
    [InlineData("false && quantity('1') == 1", 18, "undeclared reference to 'quantity' (in container '')")]
    [InlineData("d.name.lowerAscii() == 'web'", 18, "undeclared reference to 'lowerAscii' (in container '')")]
    [InlineData("d.?name.orValue('') == 'web'", 3, "Syntax error: mismatched input '?' expecting an identifier")]
    [InlineData("true $$", 6, "Syntax error: token recognition error at: '$'")]
    [InlineData("true true", 6, "Syntax error: mismatched input 'true' expecting <EOF>")]
    [InlineData("(true", 6, "Syntax error: mismatched input '<EOF>' expecting ')'")]
    [InlineData("", 1, "Syntax error: mismatched input '<EOF>' expecting an identifier")]
    [InlineData("d.for(1) == [1,]", 6, "undeclared reference to 'for' (in container '')")]
    [InlineData("'open", 1, "Syntax error: the string is not terminated")]
    [InlineData("'\\y' == ''", 2, "Syntax error: invalid escape sequence")]
    [InlineData("b'x' == b'x'", 1, "literals of bytes are not supported")]
    [InlineData("1u == 1u", 1, "invalid or unsupported number '1u'")]
    [InlineData("99999999999999999999 > 1", 1, "invalid or unsupported number '99999999999999999999'")]
    [InlineData("1 + 'a' == 2", 3, "found no matching overload for '_+_' applied to '(int, string)'")]
    [InlineData("1 == 'a'", 3, "found no matching overload for '_==_' applied to '(int, string)'")]
    [InlineData("1 && true", 3, "found no matching overload for '_&&_' applied to '(int, bool)'")]
    [InlineData("'a'.startsWith(1)", 15, "found no matching overload for 'startsWith' applied to 'string.(int)'")]
    [InlineData("'a'.all(x, true)", 1, "expression of type 'string' cannot be range of a comprehension (must be list, map, or dynamic)")]
    [InlineData("[1].all(1, true)", 9, "argument must be a simple name")]
    [InlineData("[1].all(x, x)", 12, "expected type 'bool' but found 'int'")]
    [InlineData("[1].all(x, true) && x == 1", 21, "undeclared reference to 'x' (in container '')")]
    [InlineData("[1, 'a'] == []", 1, "expected type 'int' but found 'string'")]
    [InlineData("has(d)", 4, "invalid argument to has() macro")]
    [InlineData("Pod{name: 'a'} == d", 4, "construction of messages is not supported")]
    [InlineData("r.other == 'x'", 2, "undefined field 'other'")]
    [InlineData("r.user.x == 'x'", 7, "type 'string' does not support field selection")]
    [InlineData("'a'.matches('(?=a)')", 12, "")]
    [InlineData("'a'.matches('[')", 12, "")]
    public void Compile_WhatIsNotUnderstood_IsRefusedWithItsPosition(string expression, int column, string reason)
    {
        var message = Assert.Throws<CelCompilationException>(() => Compile(expression)).Message;
        Assert.StartsWith($"ERROR: <input>:1:{column}: {reason}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_SeveralLines_PointsAtTheLine() => Assert.Equal(
        "ERROR: <input>:2:4: undeclared reference to 'other' (in container '')\n | || other\n | ...^",
        Assert.Throws<CelCompilationException>(() => Compile("true\n|| other\n|| false")).Message);

    [Fact]
    public void CompileAndEvaluate_HugeExpressions_AreBounded()
    {
        Assert.Throws<CelCompilationException>(() => Compile(new string('(', 1000) + "1" + new string(')', 1000) + " == 1"));
        Assert.Throws<CelCompilationException>(() => Compile(new string('!', 1500) + "true"));
        Assert.Throws<CelCompilationException>(() => Compile(string.Join(" && ", Enumerable.Repeat("true", 2000))));
        Assert.Equal(true, Evaluate(string.Join(" && ", Enumerable.Repeat("true", 900))));
        var digits = "[0,1,2,3,4,5,6,7,8,9]";
        var loops = string.Concat("abcdefg".Select(v => $"{digits}.all({v}, ")) + "true" + new string(')', 7);
        Assert.Contains("cost limit exceeded", Assert.Throws<CelEvaluationException>(() => Evaluate(loops)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_AnyText_CompilesOrSaysWhy() => Gen.Char["abdrux.,:?!&|=<>+-*/%()[]{}'\"\\ 01\n"].Array[0, 40].Sample(
        letters =>
        {
            try
            {
                Compile(new string(letters));
            }
            catch (CelCompilationException e)
            {
                Assert.StartsWith("ERROR: <input>:", e.Message, StringComparison.Ordinal);
            }
        },
        iter: 2000);

    [Fact]
    public void Equality_OfAnyJson_IsThatOfJson() => Gen.Select(Json(2), Json(2)).Sample(
        (one, other) =>
        {
            var (a, b) = (JsonNode.Parse(one), JsonNode.Parse(other));
            Assert.Equal(JsonNode.DeepEquals(a, b), CelValues.AreEqual(CelValues.FromJson(a), CelValues.FromJson(b)));
            Assert.True(CelValues.AreEqual(CelValues.FromJson(a), CelValues.FromJson(JsonNode.Parse(one))));
        },
        iter: 1000);

    /// <summary>Any JSON of integers, short strings, booleans, null, lists and maps.</summary>
    private static Gen<string> Json(int depth)
    {
        var scalar = Gen.OneOfConst("null", "true", "false", "0", "1", "2", "\"a\"", "\"b\"");
        return depth == 0 ? scalar : Gen.OneOf(
            scalar,
            Json(depth - 1).Array[0, 2].Select(items => $"[{string.Join(',', items)}]"),
            Json(depth - 1).Array[0, 2].Select(items => $"{{{string.Join(',', items.Select((v, i) => $"\"k{i}\":{v}"))}}}"));
    }

    private static CelProgram Compile(string expression) =>
        CelCompiler.Compile(expression, [("d", CelType.Dyn), ("r", CelType.Object(("user", CelType.String)))]);

    private static object? Evaluate(string expression) => Compile(expression).Evaluate([CelValues.FromJson(Data), null], new());
}
