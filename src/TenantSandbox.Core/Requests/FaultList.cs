using System.Globalization;

namespace TenantSandbox.Core.Requests;

/// <summary>Collects faults. A hostile request can hold thousands, so only the first ones are kept.</summary>
internal sealed class FaultList
{
    private readonly List<RequestFault> _faults = [];
    private int _more;

    public bool IsEmpty => _faults.Count == 0;

    public void Add(string pointer, string code, string detail)
    {
        if (_faults.Count < RequestLimits.MaxFaults)
            _faults.Add(new RequestFault(pointer, code, detail));
        else
            _more++;
    }

    public IReadOnlyList<RequestFault> ToList() => _more == 0
        ? _faults
        : [.. _faults, new RequestFault("", RequestFaultCodes.More, string.Create(CultureInfo.InvariantCulture, $"{_more} more faults are not listed."))];
}
