using System.Text.RegularExpressions;

namespace TenantSandbox.Core.Requests.Kinds;

/// <summary>The rules for strings in the settings of a workload's kind.</summary>
internal static partial class KindTextRules
{
    public static readonly TextRule ServiceName = new("lower-case letters, digits and inner hyphens, a letter first", 63, Dns1035Label());
    public static readonly TextRule Schedule = new(
        "a schedule of five fields, like \"0 3 * * 1-5\", or @hourly, @daily, @midnight, @weekly, @monthly, @yearly or @annually", 200, Cron());

    public static readonly TextRule TimeZone = new("the name of a time zone, like \"Europe/Berlin\" or \"Etc/UTC\"", 64, Zone());
    public static readonly TextRule Indexes = new("indexes and ranges of them, like \"0,3-5\"", 1024, IndexList());

    [GeneratedRegex(@"^[a-z](?:[-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Dns1035Label();

    // What each field may have is checked by CronSchedule; here is the form.
    [GeneratedRegex(
        @"^(?:@(?:hourly|daily|midnight|weekly|monthly|yearly|annually)|[0-9A-Za-z*?,/-]+(?: +[0-9A-Za-z*?,/-]+){4})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Cron();

    [GeneratedRegex(@"^(?![Ll][Oo][Cc][Aa][Ll]\z)[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Zone();

    [GeneratedRegex(@"^[0-9]{1,5}(?:-[0-9]{1,5})?(?:,[0-9]{1,5}(?:-[0-9]{1,5})?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex IndexList();
}
