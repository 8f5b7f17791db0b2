using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sigsum.Crypto;
using Sigsum.Log.Hosting;

namespace Sigsum.Log.Http;

/// <summary>The page at <c>/</c> and <c>/prefix/</c>: what this is, for a person with a browser.</summary>
internal sealed class InformationPage(Hash logKeyHash, string prefix)
{
    private readonly byte[] _page = Encoding.UTF8.GetBytes($"""
        <!DOCTYPE html>
        <html lang="en">
        <head><meta charset="utf-8"><title>Sigsum log</title></head>
        <body>
        <h1>Sigsum log</h1>
        <p>This server answers the <a href="https://www.sigsum.org/">Sigsum</a> log protocol, version 1.</p>
        <ul>
          <li>Log key hash: {logKeyHash}</li>
          <li>URL prefix: "{WebUtility.HtmlEncode(prefix)}"</li>
          <li>Software: sigsum-log {ProgramVersion.Text}</li>
        </ul>
        </body>
        </html>

        """);

    /// <summary>Answers with the page.</summary>
    public Task AnswerAsync(HttpContext context, PathArguments arguments) =>
        Answer.OtherAsync(context, StatusCodes.Status200OK, "text/html; charset=utf-8", Answer.Changing, _page);
}
