namespace TenantSandbox.StandIns.Tests;

/// <summary>What the checks are worth: each way in which a stand-in can differ from the official API is seen.</summary>
public sealed class SignatureListTests
{
    private const string Official = """
        # Sample 1.0.0.0

        abstract class TenantSandbox.StandIns.Tests.Sample : IProgress<Sample>, IDisposable
            protected ctor(string name)
            public string? Name { get; init; }
            public abstract void Report(Sample? value)
            public virtual Task<T> RunAsync<T>(string input, int times = 1, CancellationToken cancellation = default)
            public void Dispose()
        """;

    [Fact]
    public void NotListed_OfTheOfficialShape_IsNothing()
    {
        Assert.Empty(Listed(Official).NotListed(typeof(Sample)));
        Assert.Empty(Listed(Official).NotFound([typeof(Sample)]));
    }

    [Theory]
    [InlineData("Name { get; init; }", "Nane { get; init; }", "a misspelt member")]
    [InlineData("string? Name", "string Name", "a property's nullability")]
    [InlineData("get; init;", "get; set;", "an accessor")]
    [InlineData("int times = 1", "int times = 2", "a default")]
    [InlineData("int times = 1", "int times", "no default")]
    [InlineData("Sample? value", "Sample value", "a parameter's nullability")]
    [InlineData("string input", "string payload", "a parameter's name")]
    [InlineData("string input", "object input", "a parameter's type")]
    [InlineData("Task<T>", "ValueTask<T>", "a result")]
    [InlineData("public abstract void", "public virtual void", "a modifier")]
    [InlineData("protected ctor", "public ctor", "access")]
    [InlineData("abstract class", "class", "a kind")]
    [InlineData(", IDisposable", "", "a base")]
    [InlineData("Tests.Sample :", "Tests.Sampel :", "a misspelt type")]
    public void Check_WhereTheOfficialOneDiffers_SeesItFromBothSides(string here, string official, string what)
    {
        var list = Listed(Official.Replace(here, official, StringComparison.Ordinal));

        Assert.True(list.NotListed(typeof(Sample)).Any(), $"{what} went unseen");
        Assert.True(list.NotFound([typeof(Sample)]).Any(), $"{what} went unseen from the list's side");
    }

    private static SignatureList Listed(string text) => SignatureList.Parse(text.Split('\n'));
}

public abstract class Sample : IProgress<Sample>, IDisposable
{
    protected Sample(string name) => Name = name;

    public string? Name { get; init; }

    public abstract void Report(Sample? value);

    public virtual Task<T> RunAsync<T>(string input, int times = 1, CancellationToken cancellation = default) =>
        Task.FromException<T>(new NotSupportedException($"{input} {times}"));

    public void Dispose() => GC.SuppressFinalize(this);
}
