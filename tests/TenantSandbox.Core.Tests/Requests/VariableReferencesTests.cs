using CsCheck;
using TenantSandbox.Core.Requests.PodTemplates;

namespace TenantSandbox.Core.Tests.Requests;

public sealed class VariableReferencesTests
{
    [Theory]
    [InlineData("plain $HOME and $", "plain $HOME and $")]
    [InlineData("$(NAME)", "$$(NAME)")]
    [InlineData("$$", "$$$")]
    [InlineData("a$$(b)", "a$$$$(b)")]
    [InlineData("$$$x", "$$$$$x")]
    public void Escape_Text_IsWhatTheKubeletTurnsBack(string text, string escaped)
    {
        Assert.Equal(escaped, VariableReferences.Escape(text));
        Assert.Equal(text, KubeletExpansion.Expand(escaped, ("NAME", "expanded"), ("b", "expanded")));
    }

    [Fact]
    public void Escape_AnyText_ReachesTheContainerAsWritten() =>
        Gen.OneOfConst('$', '(', ')', 'A').Array[0, 12].Select(c => new string(c)).Sample(
            text => Assert.Equal(text, KubeletExpansion.Expand(VariableReferences.Escape(text), ("A", "expanded"), ("AA", "expanded"), ("", "expanded"))));
}
