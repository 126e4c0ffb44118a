using System.Globalization;

namespace TenantSandbox.Core.Requests.Kinds;

/// <summary>
/// Checks the schedule of a CronJob by the rules of the parser that Kubernetes uses (github.com/robfig/cron/v3, <c>ParseStandard</c>),
/// without <c>@every</c>, which has no times of its own, and <c>TZ=</c>, which Kubernetes refuses.
/// </summary>
internal static class CronSchedule
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    private static readonly int[] DaysInMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    private static readonly Field[] Fields =
    [
        new("minute", 0, 59, []), new("hour", 0, 23, []), new("day of the month", 1, 31, []), new("month", 1, 12, Months),
        new("day of the week", 0, 6, Weekdays),
    ];

    /// <param name="schedule">A text of the form that <see cref="KindTextRules.Schedule"/> accepts.</param>
    /// <returns>What is wrong, as a sentence; null for nothing.</returns>
    public static string? FindMistake(string schedule)
    {
        if (schedule.StartsWith('@'))
        {
            return null;
        }

        var texts = schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var values = texts.Zip(Fields, (text, field) => field.Parse(text)).ToArray();
        if (Array.FindIndex(values, v => v is null) is >= 0 and var wrong)
        {
            var field = Fields[wrong];
            return string.Create(
                CultureInfo.InvariantCulture,
                $"The {field.Name}, \"{Spelling.Shorten(texts[wrong])}\", must be *, numbers from {field.Min} to {field.Max}, ascending ranges or lists "
                + $"of them, with steps from 1.");
        }

        var (days, months) = (values[2]!, values[3]!);
        // With both days restricted, either may match.
        var isNever = IsAny(texts[4]) && !months.Any(month => days.Any(day => day <= DaysInMonth[month - 1]));
        return isNever ? "None of its months has such a day, so it would never start." : null;
    }

    private static bool IsAny(string text) => text is "*" or "?";

    private sealed record Field(string Name, int Min, int Max, string[] Names)
    {
        /// <returns>The field's values; null when the text isn't a list of ranges within the bounds.</returns>
        public HashSet<int>? Parse(string text)
        {
            var values = new HashSet<int>();
            foreach (var item in text.Split(','))
            {
                var parts = item.Split('/');
                if (parts.Length > 2 || Range(parts[0], hasStep: parts.Length == 2) is not var (first, last)
                    || !TryParse(parts.Length == 2 ? parts[1] : "1", out var step) || step < 1)
                {
                    return null;
                }

                for (var value = first; value <= last; value += step)
                {
                    values.Add(value);
                }
            }

            return values;
        }

        private (int First, int Last)? Range(string text, bool hasStep)
        {
            if (IsAny(text))
            {
                return (Min, Max);
            }

            var bounds = text.Split('-').Select(Value).ToArray();
            return bounds switch
            {
                [{ } only] => (only, hasStep ? Max : only),
                [{ } first, { } last] when first <= last => (first, last),
                _ => null,
            };
        }

        private int? Value(string text)
        {
            var named = Array.FindIndex(Names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
            return named >= 0 ? named + Min : TryParse(text, out var number) && number >= Min && number <= Max ? number : null;
        }

        private static bool TryParse(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
