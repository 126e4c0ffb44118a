using Markdig;
using Markdig.Helpers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace TenantSandbox.Infrastructure.Tests.Documents;

public sealed class MarkdownLinkTests
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().Build();

    [Fact]
    public void Links_WithinTheRepository_LeadSomewhere()
    {
        var files = RepositoryFiles.Find(".md");

        var links = files.SelectMany(f => Markdown.Parse(RepositoryFiles.Read(f), Pipeline).Descendants<LinkInline>().Select(l => (File: f, Url: l.Url ?? "")))
            .Where(l => !Uri.TryCreate(l.Url, UriKind.Absolute, out _)).ToList();

        Assert.True(links.Count > 100, $"{links.Count} links");
        Assert.Empty(links.Where(l => Fault(l.File, l.Url) is not null).Select(l => $"{l.File}: {l.Url}: {Fault(l.File, l.Url)}"));
    }

    [Theory]
    [InlineData("docs/missing.md", "no such file")]
    [InlineData("docs/running.md#no-such-heading", "no such heading")]
    [InlineData("docs/running.md#tests", null)]
    [InlineData("docs", null)]
    public void Fault_Link_IsFound(string url, string? expected) => Assert.Equal(expected, Fault("README.md", url));

    private static string? Fault(string file, string url)
    {
        var parts = url.Split('#', 2);
        var folder = Path.GetDirectoryName(RepositoryFiles.Path(file))!;
        var target = parts[0].Length == 0
            ? file
            : Path.GetRelativePath(RepositoryFiles.Root, Path.GetFullPath(Path.Combine(folder, Uri.UnescapeDataString(parts[0]))));
        if (!Path.Exists(RepositoryFiles.Path(target)))
        {
            return "no such file";
        }

        return parts.Length == 1 || !target.EndsWith(".md", StringComparison.Ordinal) || Headings(target).Contains(parts[1]) ? null : "no such heading";
    }

    private static IEnumerable<string> Headings(string file) => Markdown.Parse(RepositoryFiles.Read(file), Pipeline).Descendants<HeadingBlock>()
        .Select(h => LinkHelper.UrilizeAsGfm(string.Concat(h.Inline!.Descendants().Select(i => i switch
        {
            LiteralInline text => text.Content.ToString(),
            CodeInline code => code.Content,
            _ => "",
        }))));
}
