using System.Net;

namespace Sandbox.Network;

/// <summary>A route: where to, through which gateway, out of which interfaces.</summary>
internal sealed record RouteEntry(IPAddress Destination, int Prefix, IPAddress? Gateway, IReadOnlyList<int> Outputs);
