using System.Text;

namespace TenantSandbox.Core.Requests.PodTemplates;

/// <summary>
/// Kubernetes expands <c>$(NAME)</c> and turns <c>$$</c> into <c>$</c> in env values, command, args and the commands of exec probes
/// (k8s.io/kubernetes, third_party/forked/golang/expansion).
/// </summary>
internal static class VariableReferences
{
    /// <summary>
    /// The text that the kubelet turns into the given one. Only a dollar sign before another or before a parenthesis is doubled: other
    /// texts stay as they are, so that pods that run them need no restart.
    /// </summary>
    public static string Escape(string text)
    {
        if (!text.Contains("$$", StringComparison.Ordinal) && !text.Contains("$(", StringComparison.Ordinal))
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            escaped.Append(text[i]);
            if (text[i] == '$' && i + 1 < text.Length && text[i + 1] is '$' or '(')
            {
                escaped.Append('$');
            }
        }

        return escaped.ToString();
    }
}
