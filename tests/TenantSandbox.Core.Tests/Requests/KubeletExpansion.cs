using System.Text;

namespace TenantSandbox.Core.Tests.Requests;

/// <summary>
/// What the kubelet makes of a text: <c>$$</c> is a dollar sign, <c>$(NAME)</c> the value of a known variable and otherwise itself,
/// and a dollar sign before anything else stands for itself.
/// </summary>
internal static class KubeletExpansion
{
    public static string Expand(string text, params (string Name, string Value)[] variables)
    {
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            i++;
            if (text[i] == '$')
            {
                result.Append('$');
            }
            else if (text[i] == '(' && text.IndexOf(')', i) is > 0 and var end)
            {
                var name = text[(i + 1)..end];
                var known = variables.FirstOrDefault(v => v.Name == name);
                result.Append(known.Value ?? $"$({name})");
                i = end;
            }
            else
            {
                result.Append('$').Append(text[i]);
            }
        }

        return result.ToString();
    }
}
